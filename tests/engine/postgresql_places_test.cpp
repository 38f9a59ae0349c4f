// PostgreSQL: where a connection leads, how it is made safe, and that nobody hears the password.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <kin/engine/pool.hpp>

#include "postgresql_support.hpp"
#include "support/postgresql_server.hpp"

namespace {

using namespace kin::engine::test;
using kin::engine::connection;
using kin::test::private_server;

/// A TCP socket of this machine that takes connections and never says a word.
class silent_place {
  public:
    silent_place() : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, any, size) != 0 || ::listen(socket_, 8) != 0 || ::getsockname(socket_, any, &size) != 0) {
            throw std::runtime_error{"no socket"};
        }
        port_ = ntohs(address.sin_port);
    }
    ~silent_place() { ::close(socket_); }
    silent_place(const silent_place&) = delete;
    silent_place& operator=(const silent_place&) = delete;
    [[nodiscard]] std::string port() const { return std::to_string(port_); }

  private:
    int socket_;
    int port_ = 0;
};

class postgresql_places : public on_postgresql {
  protected:
    /// Where the server of all tests has its socket.
    static std::string folder() {
        const std::string url = kin::test::postgresql_server();
        return url.substr(url.find("host=") + 5);
    }
    static kin::connection_failed refused(const std::string& url) {
        return thrown<kin::connection_failed>([&] { (void)open(url); });
    }
};

TEST_F(postgresql_places, one_that_does_not_answer_is_left_out) {
    const silent_place silent;
    const std::string several =
        "postgresql://kin@/postgres?connect_timeout=1&host=127.0.0.1," + folder() + "&port=" + silent.port() + ",5432";
    connection reached{open(several)};
    EXPECT_EQ(single(reached, "SELECT 7"), 7);
    connection last{open("postgresql://kin@/postgres?connect_timeout=1&host=127.0.0.1,127.0.0.1," + folder() +
                         "&port=1," + silent.port() + ",5432")};
    EXPECT_EQ(single(last, "SELECT 7"), 7);
    const auto one = refused("postgresql://kin@/postgres?connect_timeout=1&host=127.0.0.1&port=" + silent.port());
    EXPECT_TRUE(contains(one.message(), "no answer within 1 s")) << one.message();
    const auto none =
        refused("postgresql://kin@/postgres?connect_timeout=1&host=127.0.0.1,127.0.0.1&port=" + silent.port() + ",1");
    EXPECT_TRUE(contains(none.message(), "refused")) << none.message();
}

TEST_F(postgresql_places, what_a_server_must_be_is_asked) {
    const std::string server = kin::test::postgresql_server();
    EXPECT_EQ(single(*connect("&target_session_attrs=read-write"), "SELECT 7"), 7);
    const auto standby = refused(server + "&target_session_attrs=standby");
    EXPECT_TRUE(contains(standby.message(), "standby")) << standby.message();
}

/// A server that speaks TLS on a port of this machine, and asks for a password there.
class secure_server {
  public:
    static constexpr const char* password = "s3cret-w0rd";

    secure_server() : server_{private_server::state::stopped}, port_{silent_place{}.port()} {
        for (const std::string name : {"server", "other"}) {
            server_.as_server(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout " +
                file(name + ".key") + " -out " + file(name + ".crt") +
                " -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null");
        }
        server_.as_server("chmod 600 " + file("server.key"));
        const std::string rules = server_.folder() + "/data/pg_hba.conf";
        server_.as_server("sh -c \"printf 'local all kin trust\\nhostssl all ada 127.0.0.1/32 scram-sha-256\\n' > " +
                          rules + "\"");
        server_.start("-c listen_addresses=127.0.0.1 -c port=" + port_ +
                      " -c ssl=on -c ssl_cert_file=" + file("server.crt") + " -c ssl_key_file=" + file("server.key"));
        connection{open(server_.url() + "&port=" + port_)}.script("CREATE ROLE ada LOGIN PASSWORD '" +
                                                                  std::string{password} + "'");
    }
    [[nodiscard]] std::string file(const std::string& name) const { return server_.folder() + "/" + name; }
    [[nodiscard]] std::string url(const std::string& more, const std::string& secret = password) const {
        return "postgresql://ada" + (secret.empty() ? "" : ":" + secret) +
               "@/postgres?host=localhost&hostaddr=127.0.0.1&port=" + port_ + "&" + more;
    }
    [[nodiscard]] const std::string& port() const { return port_; }

  private:
    private_server server_;
    std::string port_;
};

bool encrypted(connection& c) {
    return single(c, "SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == 1;
}

TEST_F(postgresql_places, tls_and_secrets) {
    const secure_server server;
    const std::string verified = "sslmode=verify-full&sslrootcert=";
    connection plain{open(server.url("sslmode=require"))};
    EXPECT_TRUE(encrypted(plain));
    connection checked{open(server.url(verified + server.file("server.crt")))};
    EXPECT_TRUE(encrypted(checked));

    std::vector<std::string> heard;
    const auto note = [&](const kin::error& e) {
        heard.emplace_back(e.what());
        heard.emplace_back(e.message());
        heard.emplace_back(e.parameters());
    };
    const auto wrong_root = refused(server.url(verified + server.file("other.crt")));
    EXPECT_TRUE(contains(wrong_root.message(), "certificate verify failed")) << wrong_root.message();
    note(wrong_root);
    std::string elsewhere = server.url(verified + server.file("server.crt"));
    elsewhere.replace(elsewhere.find("host=localhost"), 14, "host=elsewhere");
    const auto wrong_name = refused(elsewhere);
    EXPECT_TRUE(contains(wrong_name.message(), "elsewhere")) << wrong_name.message();
    note(wrong_name);
    const auto unsafe = refused(server.url("sslmode=disable"));
    EXPECT_TRUE(contains(unsafe.message(), "no encryption")) << unsafe.message();
    note(unsafe);
    const auto wrong = refused(server.url("sslmode=require", "another-s3cret"));
    EXPECT_TRUE(contains(wrong.message(), "password authentication failed")) << wrong.message();
    EXPECT_FALSE(contains(wrong.what(), "another-s3cret")) << wrong.what();
    note(refused(server.url("sslmode=require&connect_timeout=x")));

    // Where others keep it.
    {
        std::ofstream file{server.file("pass")};
        file << "localhost:" << server.port() << ":*:ada:" << secure_server::password << '\n';
    }
    ::chmod(server.file("pass").c_str(), 0600);
    connection from_file{open(server.url("sslmode=require&passfile=" + server.file("pass"), ""))};
    EXPECT_TRUE(encrypted(from_file));
    note(refused(server.url("sslmode=require&passfile=" + server.file("none"), "")));
    {
        std::ofstream file{server.file("services")};
        file << "[blog]\nhost=localhost\nhostaddr=127.0.0.1\nport=" << server.port()
             << "\nuser=ada\ndbname=postgres\nsslmode=require\npassword=" << secure_server::password << '\n';
    }
    ::setenv("PGSERVICEFILE", server.file("services").c_str(), 1);
    connection by_service{open("postgresql:?service=blog")};
    EXPECT_TRUE(encrypted(by_service));
    note(thrown<kin::connection_failed>([] { (void)open("postgresql:?service=blog&dbname=none"); }));
    ::unsetenv("PGSERVICEFILE");

    // Whatever happens on such a connection.
    kin::engine::pool pool{kin::engine::url::parse(server.url("sslmode=require")),
                           {.max = 1, .timeout_milliseconds = 1}};
    pool.on_statement([&](const kin::engine::statement_event& event) {
        heard.emplace_back(event.sql);
        heard.push_back(event.parameters);
    });
    {
        const auto lease = pool.acquire();
        lease->script("CREATE TEMPORARY TABLE t (v int UNIQUE)");
        const kin::value one{1};
        lease->execute("INSERT INTO t VALUES ($1::int)", {&one, 1});
        note(thrown<kin::unique_violation>([&] { lease->execute("INSERT INTO t VALUES ($1::int)", {&one, 1}); }));
        note(thrown<kin::pool_timeout>([&] { (void)pool.acquire(); }));
        note(thrown<kin::database_error>([&] { lease->execute("SELECT nonsense"); }));
        note(thrown<kin::connection_lost>([&] { lease->execute("SELECT pg_terminate_backend(pg_backend_pid())"); }));
    }
    heard.push_back(pool.address().printed());
    EXPECT_GT(heard.size(), 30U);
    for (const std::string& text : heard) EXPECT_FALSE(contains(text, secure_server::password)) << text;
}

}  // namespace
