// Two ways of serving many requests on one event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bench::async {

inline constexpr std::int64_t users = 2000;
inline constexpr std::int64_t posts_each = 5;

/// One request: reads a user and its posts; every tenth reads a user and writes it, in a transaction.
struct request {
    std::int64_t user;
    bool writes;
};

/// Called on the loop when a request is done, with what it has read: a number that both sides have to agree on.
using answered = std::function<void(std::int64_t)>;

class side {
  public:
    virtual ~side() = default;
    virtual void ask(const request&, answered) = 0;
};

/// Sessions of kin::asio.
std::unique_ptr<side> kin_side(boost::asio::io_context&, const std::string& url, std::size_t connections);
/// libpq by hand: a queue in front of connections, all statements of one step in one pipeline.
std::unique_ptr<side> libpq_side(boost::asio::io_context&, const std::string& url, std::size_t connections);

/// Creates the tables and fills them.
void prepare(const std::string& url);

}  // namespace bench::async
