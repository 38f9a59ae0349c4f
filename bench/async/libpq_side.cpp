// The same by hand: libpq in pipeline mode, its sockets watched by Asio. A request has a connection of its own for as
// long as its transaction lasts; what it can send at once goes as one pipeline.
#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <stdexcept>
#include <utility>
#include <vector>

#include "../libpq.hpp"
#include "side.hpp"

namespace bench::async {

namespace {

struct asked {
    request what;
    answered done;
};

class pipelines;

class connection {
  public:
    connection(boost::asio::io_context& loop, const std::string& url, pipelines& home)
        : home_{home}, c_{PQconnectdb(url.c_str())}, descriptor_{loop} {
        if (PQstatus(c_) != CONNECTION_OK) throw std::runtime_error{PQerrorMessage(c_)};
        prepare("u", "SELECT id, name, visits FROM \"user\" WHERE id = $1");
        prepare("p", "SELECT id, user_id, title FROM post WHERE user_id = $1");
        prepare("w", "UPDATE \"user\" SET visits = $1 WHERE id = $2");
        prepare("b", "BEGIN");
        prepare("r", "ROLLBACK");
        prepare("c", "COMMIT");
        if (PQsetnonblocking(c_, 1) != 0 || PQenterPipelineMode(c_) != 1) throw std::runtime_error{PQerrorMessage(c_)};
        descriptor_.assign(PQsocket(c_));
    }
    ~connection() {
        descriptor_.release();
        PQfinish(c_);
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void begin(asked a) {
        now_ = std::move(a);
        second_ = false;
        read_ = 0;
        send("b", {});
        send("u", {now_.what.user});
        sync();
    }

  private:
    void prepare(const char* name, const char* sql) {
        const pq_result made{PQprepare(c_, name, sql, 0, nullptr)};
        if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) throw std::runtime_error{PQerrorMessage(c_)};
    }
    void send(const char* name, std::initializer_list<std::int64_t> numbers) {
        std::int64_t ordered[2];
        const char* values[2];
        const int lengths[2] = {8, 8};
        const int formats[2] = {1, 1};
        int count = 0;
        for (const std::int64_t n : numbers) {
            ordered[count] = pq_ordered(n);
            values[count] = reinterpret_cast<const char*>(&ordered[count]);
            ++count;
        }
        if (PQsendQueryPrepared(c_, name, count, values, lengths, formats, 1) != 1) {
            throw std::runtime_error{PQerrorMessage(c_)};
        }
    }
    void sync() {
        if (PQpipelineSync(c_) != 1 || PQflush(c_) != 0) throw std::runtime_error{PQerrorMessage(c_)};
        wait();
    }
    void wait() {
        descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               [this](const boost::system::error_code& error) {
                                   if (!error) receive();
                               });
    }
    void receive() {
        if (PQconsumeInput(c_) != 1) throw std::runtime_error{PQerrorMessage(c_)};
        while (PQisBusy(c_) == 0) {
            const pq_result r{PQgetResult(c_)};
            if (!r) continue;  // between two answers
            switch (PQresultStatus(r.get())) {
                case PGRES_PIPELINE_SYNC:
                    return step();
                case PGRES_TUPLES_OK:
                    take(r.get());
                    break;
                case PGRES_COMMAND_OK:
                    break;
                default:
                    throw std::runtime_error{PQresultErrorMessage(r.get())};
            }
        }
        wait();
    }
    void take(const PGresult* r) {
        for (int i = 0; i < PQntuples(r); ++i) {
            const pq_row row{r, i};
            if (second_) {
                titles_.push_back(row.text(2));
            } else {
                read_ += row.integer(0);
                name_ = row.text(1);
                visits_ = row.integer(2);
            }
        }
    }
    void step();

    pipelines& home_;
    PGconn* c_;
    boost::asio::posix::stream_descriptor descriptor_;
    asked now_{};
    bool second_ = false;
    std::int64_t read_ = 0;
    std::int64_t visits_ = 0;
    std::string name_{};
    std::vector<std::string> titles_{};
};

class pipelines final : public side {
  public:
    pipelines(boost::asio::io_context& loop, const std::string& url, std::size_t connections) {
        for (std::size_t i = 0; i < connections; ++i) {
            all_.push_back(std::make_unique<connection>(loop, url, *this));
            idle_.push_back(all_.back().get());
        }
    }
    void ask(const request& r, answered done) override {
        if (idle_.empty()) {
            waiting_.push_back({r, std::move(done)});
            return;
        }
        connection& c = *idle_.back();
        idle_.pop_back();
        c.begin({r, std::move(done)});
    }
    void is_free(connection& c) {
        if (waiting_.empty()) {
            idle_.push_back(&c);
            return;
        }
        asked next = std::move(waiting_.front());
        waiting_.pop_front();
        c.begin(std::move(next));
    }

  private:
    std::vector<std::unique_ptr<connection>> all_{};
    std::vector<connection*> idle_{};
    std::deque<asked> waiting_{};
};

void connection::step() {
    if (!second_) {
        second_ = true;
        if (now_.what.writes) {
            send("w", {visits_ + 1, now_.what.user});
            send("c", {});
        } else {
            send("p", {now_.what.user});
            send("r", {});
        }
        return sync();
    }
    for (const std::string& title : titles_) read_ += static_cast<std::int64_t>(title.size());
    titles_.clear();
    const answered done = std::move(now_.done);
    const std::int64_t read = read_;
    home_.is_free(*this);
    done(read);
}

}  // namespace

std::unique_ptr<side> libpq_side(boost::asio::io_context& loop, const std::string& url, std::size_t connections) {
    return std::make_unique<pipelines>(loop, url, connections);
}

}  // namespace bench::async
