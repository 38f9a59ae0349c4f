// The least around libpq that the hand-written twins need: errors, statements kept prepared, binary values, pipelines.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bench {

struct pq_clear {
    void operator()(PGresult* r) const noexcept { PQclear(r); }
};
using pq_result = std::unique_ptr<PGresult, pq_clear>;

/// From the line's byte order, and to it.
template <class Number>
Number pq_ordered(Number n) {
    if constexpr (std::endian::native == std::endian::big) return n;
    if constexpr (sizeof(Number) == 8) return static_cast<Number>(__builtin_bswap64(static_cast<std::uint64_t>(n)));
    return static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(n)));
}

/// One row of a result in binary.
struct pq_row {
    const PGresult* result;
    int row;
    [[nodiscard]] std::int64_t integer(int column) const {
        std::int64_t n;
        std::memcpy(&n, PQgetvalue(result, row, column), sizeof n);
        return pq_ordered(n);
    }
    [[nodiscard]] std::string text(int column) const {
        return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
    }
};

class pq_rows {
  public:
    explicit pq_rows(pq_result result) : result_{std::move(result)}, row_{result_.get(), -1} {}
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(PQntuples(result_.get())); }
    bool next() { return ++row_.row < PQntuples(result_.get()); }
    [[nodiscard]] const pq_row& row() const { return row_; }

  private:
    pq_result result_;
    pq_row row_;
};

/// A column of many rows as the binary form of a one-dimensional array without NULLs.
class pq_array {
  public:
    enum element : std::int32_t { int8 = 20, text = 25 };
    explicit pq_array(element type) {
        for (const std::int32_t n : {1, 0, static_cast<std::int32_t>(type), 0, 1}) put(n);
    }
    void add(std::int64_t n) {
        put(static_cast<std::int32_t>(sizeof n));
        const std::int64_t ordered = pq_ordered(n);
        bytes_.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
        ++size_;
    }
    void add(std::string_view s) {
        put(static_cast<std::int32_t>(s.size()));
        bytes_.append(s);
        ++size_;
    }
    [[nodiscard]] const std::string& bytes() {
        const std::int32_t ordered = pq_ordered(size_);
        bytes_.replace(12, sizeof ordered, reinterpret_cast<const char*>(&ordered), sizeof ordered);
        return bytes_;
    }

  private:
    void put(std::int32_t n) {
        const std::int32_t ordered = pq_ordered(n);
        bytes_.append(reinterpret_cast<const char*>(&ordered), sizeof ordered);
    }
    std::string bytes_{};
    std::int32_t size_ = 0;
};

/// Parameters in binary, as libpq wants them; they have to stay where they are while they are sent.
template <std::size_t Count>
class pq_parameters {
  public:
    template <class... Values>
    explicit pq_parameters(Values&... values) {
        (add(values), ...);
    }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

  private:
    void add(const char* value, std::size_t length) {
        values_[size_] = value;
        lengths_[size_] = static_cast<int>(length);
        formats_[size_++] = 1;
    }
    void add(std::int64_t n) {
        numbers_[size_] = pq_ordered(n);
        add(reinterpret_cast<const char*>(&numbers_[size_]), sizeof n);
    }
    void add(const std::string& text) { add(text.data(), text.size()); }
    void add(pq_array& array) { add(array.bytes()); }

    std::size_t size_ = 0;
    std::array<std::int64_t, Count + 1> numbers_{};
    std::array<const char*, Count + 1> values_{};
    std::array<int, Count + 1> lengths_{};
    std::array<int, Count + 1> formats_{};
};

/// A connection on which every statement is prepared once and run on its own: each waits for its answer.
class pq_connection {
  public:
    /// The name of a prepared statement.
    using statement = const char*;

    explicit pq_connection(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
        if (PQstatus(connection_) != CONNECTION_OK) fail();
    }
    ~pq_connection() { PQfinish(connection_); }
    pq_connection(const pq_connection&) = delete;
    pq_connection& operator=(const pq_connection&) = delete;

    void script(const char* sql) { checked(PQexec(connection_, sql)); }
    std::int64_t scalar(const char* sql) {
        const pq_result r = checked(PQexec(connection_, sql));
        return std::strtoll(PQgetvalue(r.get(), 0, 0), nullptr, 10);
    }

    /// Prepared at the first use and kept; looked up once a run, not once a row. The text has to be a literal.
    statement prepared(const char* sql) { return prepared(sql, ""); }
    statement prepared_insert(const char* sql) { return prepared(sql, " RETURNING id"); }

    void begin(std::initializer_list<statement> = {}) { script("BEGIN"); }
    void commit() { script("COMMIT"); }

    template <class... Values>
    pq_rows select(statement s, const Values&... values) {
        return pq_rows{run(s, values...)};
    }
    template <class... Values>
    std::int64_t insert(statement s, const Values&... values) {
        return pq_row{run(s, values...).get(), 0}.integer(0);
    }
    /// Gives the number of rows changed.
    template <class... Values>
    std::uint64_t execute(statement s, const Values&... values) {
        return changed(run(s, values...));
    }

  protected:
    [[noreturn]] void fail() const { throw std::runtime_error{PQerrorMessage(connection_)}; }
    pq_result checked(PGresult* r) const {
        pq_result owned{r};
        const ExecStatusType status = PQresultStatus(r);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail();
        return owned;
    }
    static std::uint64_t changed(const pq_result& r) { return std::strtoull(PQcmdTuples(r.get()), nullptr, 10); }
    [[nodiscard]] PGconn* handle() const { return connection_; }

  private:
    statement prepared(const char* sql, const char* more) {
        std::string& name = names_[sql];
        if (name.empty()) {
            name = "s" + std::to_string(names_.size());
            checked(PQprepare(connection_, name.c_str(), (std::string{sql} + more).c_str(), 0, nullptr));
        }
        return name.c_str();
    }
    template <class... Values>
    pq_result run(statement s, const Values&... values) {
        const pq_parameters<sizeof...(values)> with{values...};
        return checked(
            PQexecPrepared(connection_, s, sizeof...(values), with.values(), with.lengths(), with.formats(), 1));
    }

    PGconn* connection_;
    std::unordered_map<std::string_view, std::string> names_{};
};

/// The same with statements that travel together: sent without waiting, answers taken in order. For the workloads that
/// read, `begin` sends all of the transaction, and each `select` takes the next answer.
class pq_pipeline : public pq_connection {
  public:
    explicit pq_pipeline(const std::string& url) : pq_connection{url} {
        begin_ = prepared("BEGIN");
        commit_ = prepared("COMMIT");
    }

    void open() {
        if (PQenterPipelineMode(handle()) != 1) fail();
    }
    template <class... Values>
    void send(statement s, Values&&... values) {
        const pq_parameters<sizeof...(values)> with{values...};
        if (PQsendQueryPrepared(handle(), s, sizeof...(values), with.values(), with.lengths(), with.formats(), 1) != 1)
            fail();
    }
    void send_begin() { send(begin_); }
    void send_commit() { send(commit_); }
    void sync() {
        if (PQpipelineSync(handle()) != 1) fail();
    }
    pq_result take() {
        pq_result r = checked(PQgetResult(handle()));
        PQgetResult(handle());  // the nothing behind each answer
        return r;
    }
    std::uint64_t take_changed() { return changed(take()); }
    void take_sync() {
        const pq_result r{PQgetResult(handle())};
        if (PQresultStatus(r.get()) != PGRES_PIPELINE_SYNC) fail();
    }
    void close() {
        if (PQexitPipelineMode(handle()) != 1) fail();
    }

    void begin(std::initializer_list<statement> selects) {
        open();
        send_begin();
        for (const statement each : selects) send(each);
        send_commit();
        sync();
        take();
    }
    pq_rows select(statement) { return pq_rows{take()}; }
    void commit() {
        take();
        take_sync();
        close();
    }

  private:
    statement begin_;
    statement commit_;
};

}  // namespace bench
