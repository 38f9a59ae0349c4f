// A database that somebody else made, whole: every cell of Chinook read through models is what plain SQL reads, and
// what changes along relations leaves all else as it was. Needs ../shared (or KIN_SHARED); skipped where it is not.
#include <gtest/gtest.h>

#include <kin/kin.hpp>
#include <kin/tree.hpp>
#include <kin/value/decimal.hpp>

#include "support/whole_database.hpp"

namespace {

using namespace kin::expr;

struct Album;
struct Customer;
struct Invoice;
struct InvoiceLine;
struct Track;
struct Playlist;
constexpr auto named = [](const char* table, const char* key) {
    return kin::table(table).primary_key(key).naming(kin::naming::pascal_case);
};
struct Artist {
    kin::key<Artist> artist_id{};
    std::optional<std::string> name{};
    kin::has_many<Album> albums{};
    kin::has_many_through<Track, Album> tracks{};
    static constexpr auto table = named("Artist", "artist_id");
};
struct Album {
    kin::key<Album> album_id{};
    std::string title{};
    kin::key<Artist> artist_id{};
    kin::belongs_to<Artist> artist{};
    kin::has_many<Track> tracks{};
    static constexpr auto table = named("Album", "album_id");
};
struct Employee {
    kin::key<Employee> employee_id{};
    std::string last_name{};
    std::string first_name{};
    std::optional<std::string> title{};
    std::optional<kin::key<Employee>> reports_to{};
    std::optional<kin::moment> birth_date{};
    std::optional<kin::moment> hire_date{};
    std::optional<std::string> address{};
    std::optional<std::string> city{};
    std::optional<std::string> state{};
    std::optional<std::string> country{};
    std::optional<std::string> postal_code{};
    std::optional<std::string> phone{};
    std::optional<std::string> fax{};
    std::optional<std::string> email{};
    kin::belongs_to<Employee> boss{};
    kin::has_many<Employee> reports{};
    kin::descendants<Employee> below{};
    kin::has_many<Customer> customers{};
    static constexpr auto table = named("Employee", "employee_id");
};
struct Customer {
    kin::key<Customer> customer_id{};
    std::string first_name{};
    std::string last_name{};
    std::optional<std::string> company{};
    std::optional<std::string> address{};
    std::optional<std::string> city{};
    std::optional<std::string> state{};
    std::optional<std::string> country{};
    std::optional<std::string> postal_code{};
    std::optional<std::string> phone{};
    std::optional<std::string> fax{};
    std::string email{};
    std::optional<kin::key<Employee>> support_rep_id{};
    kin::belongs_to<Employee> support{};
    kin::has_many<Invoice> invoices{};
    static constexpr auto table = named("Customer", "customer_id");
};
struct Invoice {
    kin::key<Invoice> invoice_id{};
    kin::key<Customer> customer_id{};
    kin::moment invoice_date{};
    std::optional<std::string> billing_address{};
    std::optional<std::string> billing_city{};
    std::optional<std::string> billing_state{};
    std::optional<std::string> billing_country{};
    std::optional<std::string> billing_postal_code{};
    kin::decimal total{};
    kin::belongs_to<Customer> customer{};
    kin::has_many<InvoiceLine, kin::owned> lines{};
    static constexpr auto table = named("Invoice", "invoice_id");
};
struct InvoiceLine {
    kin::key<InvoiceLine> invoice_line_id{};
    kin::key<Invoice> invoice_id{};
    kin::key<Track> track_id{};
    kin::decimal unit_price{};
    int quantity{};
    kin::belongs_to<Invoice> invoice{};
    kin::belongs_to<Track> track{};
    static constexpr auto table = named("InvoiceLine", "invoice_line_id");
};
struct Genre {
    kin::key<Genre> genre_id{};
    std::optional<std::string> name{};
    kin::has_many<Track> tracks{};
    static constexpr auto table = named("Genre", "genre_id");
};
struct MediaType {
    kin::key<MediaType> media_type_id{};
    std::optional<std::string> name{};
    static constexpr auto table = named("MediaType", "media_type_id");
};
struct Track {
    kin::key<Track> track_id{};
    std::string name{};
    std::optional<kin::key<Album>> album_id{};
    kin::key<MediaType> media_type_id{};
    std::optional<kin::key<Genre>> genre_id{};
    std::optional<std::string> composer{};
    int milliseconds{};
    std::optional<int> bytes{};
    kin::decimal unit_price{};
    kin::belongs_to<Album> album{};
    kin::belongs_to<Genre> genre{};
    kin::has_many<InvoiceLine> sold{};
    kin::many_to_many<Playlist, kin::pivot<"PlaylistTrack", "TrackId", "PlaylistId">> playlists{};
    static constexpr auto table = named("Track", "track_id");
};
struct Playlist {
    kin::key<Playlist> playlist_id{};
    std::optional<std::string> name{};
    kin::many_to_many<Track, kin::pivot<"PlaylistTrack", "PlaylistId", "TrackId">> tracks{};
    static constexpr auto table = named("Playlist", "playlist_id");
};

class chinook : public kin::test::whole_database {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "a SQLite file";
        const std::string from = kin::test::shared_file("data/databases/chinook.sqlite");
        if (from.empty()) GTEST_SKIP() << "needs ../shared";
        open_copy(from);
    }
    template <class T>
    void compare(kin::session& s) {
        EXPECT_NE(kin::test::compare_rows<T>(s), 0u);
    }
};

TEST_F(chinook, every_cell_is_what_plain_sql_reads) {
    kin::session s{*db_};
    compare<Album>(s);
    compare<Artist>(s);
    compare<Customer>(s);
    compare<Employee>(s);
    compare<Genre>(s);
    compare<Invoice>(s);
    compare<InvoiceLine>(s);
    compare<MediaType>(s);
    compare<Playlist>(s);
    compare<Track>(s);
}

TEST_F(chinook, every_relation_leads_where_plain_sql_leads) {
    kin::session s{*db_};
    std::int64_t albums = 0, tracks = 0, through = 0, links = 0, lines = 0, sum = 0;
    const auto artists = s.query<Artist>().with(&Artist::albums, &Album::tracks).with(&Artist::tracks).all();
    for (const Artist& a : artists.view()) {
        albums += static_cast<std::int64_t>(a.albums.size());
        through += static_cast<std::int64_t>(a.tracks.size());
        for (const Album& album : a.albums) tracks += static_cast<std::int64_t>(album.tracks.size());
    }
    for (const Playlist& p : s.query<Playlist>().with(&Playlist::tracks).all().view()) {
        links += static_cast<std::int64_t>(p.tracks.size());
        for (const Track& t : p.tracks) sum += t.track_id.value;
    }
    for (const Track& t : s.query<Track>().with(&Track::sold, &InvoiceLine::invoice, &Invoice::customer).all().view()) {
        for (const InvoiceLine& line : t.sold) lines += line.invoice->customer->customer_id.value;
    }
    EXPECT_EQ(albums, number(s, "SELECT count(*) FROM Album"));
    EXPECT_EQ(tracks, number(s, "SELECT count(*) FROM Track WHERE AlbumId IS NOT NULL"));
    EXPECT_EQ(through, tracks);
    EXPECT_EQ(links, number(s, "SELECT count(*) FROM PlaylistTrack"));
    EXPECT_EQ(sum, number(s, "SELECT sum(TrackId) FROM PlaylistTrack"));
    EXPECT_EQ(lines, number(s, "SELECT sum(i.CustomerId) FROM InvoiceLine l JOIN Invoice i USING (InvoiceId)"));
    const auto top = s.query<Employee>().where(col(&Employee::reports_to).is_null()).one();
    EXPECT_EQ(static_cast<std::int64_t>(top->below.size()), number(s, "SELECT count(*) - 1 FROM Employee"));
}

TEST_F(chinook, changes_along_relations_leave_the_rest_as_it_was) {
    kin::session s{*db_};
    const auto before = everything();
    const auto listed = static_cast<std::size_t>(number(s, "SELECT count(*) FROM PlaylistTrack WHERE PlaylistId = 1"));
    const auto lines = static_cast<std::size_t>(number(s, "SELECT count(*) FROM InvoiceLine WHERE InvoiceId = 1"));
    const auto served = static_cast<std::size_t>(number(s, "SELECT count(*) FROM Customer WHERE SupportRepId = 3"));
    auto album = s.get<Album>(1);
    album->artist = s.get<Artist>(2);
    album->tracks.push_back(Track{.name = "Encore", .media_type_id = {1}, .unit_price = kin::decimal{"0.99"}});
    s.remove(s.get<Playlist>(1));
    s.remove(s.get<Invoice>(1));
    s.remove(s.get<Employee>(3));
    s.commit();
    EXPECT_EQ(changed_since(before), (kin::test::changes_of_tables{{"Album", {1, 1}},
                                                                   {"Customer", {served, served}},
                                                                   {"Employee", {1, 0}},
                                                                   {"Invoice", {1, 0}},
                                                                   {"InvoiceLine", {lines, 0}},
                                                                   {"Playlist", {1, 0}},
                                                                   {"PlaylistTrack", {listed, 0}},
                                                                   {"Track", {0, 1}}}));
    EXPECT_EQ(number(s, "SELECT count(*) FROM Customer WHERE SupportRepId IS NULL"), 21);
    EXPECT_EQ(number(s, "SELECT ArtistId FROM Album WHERE AlbumId = 1"), 2);
}

}  // namespace
