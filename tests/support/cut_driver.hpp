// The engine of this run behind a line that is cut: `cut:` opens what its own scheme opens, and the statement that was
// chosen does not come back. As a server does, the database then rolls the open transaction back.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <kin/engine/registry.hpp>

#include "support/place.hpp"

namespace kin::test {

/// Statements that still come through, of all connections; below 0: all of them.
struct cut_after {
    inline static int statements = -1;
    /// Whether the last one reaches the database, so that only its answer is lost.
    inline static bool arrives = false;
};

class cut_driver final : public engine::driver {
  public:
    explicit cut_driver(std::unique_ptr<engine::driver> inner) : inner_{std::move(inner)} {}

    std::unique_ptr<engine::prepared> prepare(std::string_view sql) override {
        require_line(sql);
        return std::make_unique<statement>(*this, inner_->prepare(sql));
    }
    void execute(std::string_view sql) override {
        send(sql, [&] { inner_->execute(sql); });
    }
    const sql::dialect& dialect() const noexcept override { return inner_->dialect(); }
    bool alive() noexcept override { return !cut_ && inner_->alive(); }
    bool in_transaction() noexcept override { return !cut_ && inner_->in_transaction(); }
    bool pipelines() const noexcept override { return inner_->pipelines(); }
    std::string_view begin_sql() const noexcept override { return inner_->begin_sql(); }

  private:
    class statement final : public engine::prepared {
      public:
        statement(cut_driver& line, std::unique_ptr<engine::prepared> inner) : line_{line}, inner_{std::move(inner)} {}

        void start(const engine::parameters& with) override {
            line_.send(sql(), [&] { inner_->start(with); });
        }
        bool next() override { return line_.require_line(sql()), inner_->next(); }
        void finish() noexcept override { inner_->finish(); }
        void decode(std::span<const field> fields, void* object, int first) override {
            inner_->decode(fields, object, first);
        }
        std::int64_t integer(int column) override { return inner_->integer(column); }
        bool is_null(int column) override { return inner_->is_null(column); }
        value_view cell(int column) override { return inner_->cell(column); }
        int columns() const override { return inner_->columns(); }
        std::string_view column_name(int column) const override { return inner_->column_name(column); }
        std::int64_t affected() const override { return inner_->affected(); }
        void run_each(std::span<const field> fields, std::span<const void* const> objects,
                      engine::each_result result) override {
            line_.send(sql(), [&] { inner_->run_each(fields, objects, result); });
        }
        std::string_view sql() const noexcept override { return inner_->sql(); }

      private:
        cut_driver& line_;
        std::unique_ptr<engine::prepared> inner_;
    };

    [[noreturn]] void refuse(std::string_view sql) const {
        throw connection_lost{"the line is cut", {.sql = std::string{sql}, .where = where()}};
    }
    void require_line(std::string_view sql) const {
        if (cut_) refuse(sql);
    }
    template <class Action>
    void send(std::string_view sql, Action action) {
        require_line(sql);
        if (cut_after::statements < 0) return action();
        if (cut_after::statements-- > 0) return action();
        cut_ = true;
        if (cut_after::arrives) action();
        if (inner_->in_transaction()) inner_->execute("ROLLBACK");
        refuse(sql);
    }

    std::unique_ptr<engine::driver> inner_;
    bool cut_ = false;
};

inline void register_cut_driver() {
    engine::register_driver("cut", [](const engine::url& address, const site& where) {
        engine::url inner = address;
        inner.scheme = engine_name();
        return std::unique_ptr<engine::driver>{std::make_unique<cut_driver>(engine::open_driver(inner, where))};
    });
}

}  // namespace kin::test
