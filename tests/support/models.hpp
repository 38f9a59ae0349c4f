// The models of the session's tests.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <kin/kin.hpp>

namespace sample {

// -- a blog: both sides, several keys to one model, an owned collection -----------------------------------------------

struct Post;
struct Comment;
struct Profile;

struct User {
    kin::key<User> id{};
    std::string name{};
    std::string email{};
    std::optional<std::string> bio{};
    int age{};
    kin::created_at created_at{};
    kin::has_many<Post, kin::via<"user_id">> posts{};
    kin::has_many<Post, kin::via<"editor_id">> edited{};
    kin::has_one<Profile> profile{};

    static constexpr auto table = kin::table("users").unique("email").check("age >= 0");
};

struct Profile {
    kin::key<Profile> id{};
    std::optional<kin::key<User>> user_id{};
    std::string text{};
    kin::belongs_to<User> user{};
};

struct Post {
    kin::key<Post> id{};
    kin::key<User> user_id{};
    std::optional<kin::key<User>> editor_id{};
    std::string title{};
    bool published{};
    int views{};
    kin::belongs_to<User, kin::via<"user_id">> author{};
    kin::belongs_to<User, kin::via<"editor_id">> editor{};
    kin::has_many<Comment, kin::owned> comments{};

    static constexpr auto table = kin::table("posts");
};

struct Comment {
    kin::key<Comment> id{};
    kin::key<Post> post_id{};
    std::string text{};
    kin::belongs_to<Post> post{};

    static constexpr auto table = kin::table("comments");
};

using Blog = kin::models<User, Profile, Post, Comment>;

// -- relations of one side --------------------------------------------------------------------------------------------

struct Book;
struct Shelf {
    kin::key<Shelf> id{};
    std::string name{};
    kin::has_many<Book> books{};
};
struct Book {
    kin::key<Book> id{};
    std::optional<kin::key<Shelf>> shelf_id{};
    std::string title{};
};

struct Town {
    kin::key<Town> id{};
    std::string name{};
};
struct House {
    kin::key<House> id{};
    std::optional<kin::key<Town>> town_id{};
    std::string street{};
    kin::belongs_to<Town> town{};
};

using OneSided = kin::models<Shelf, Book, Town, House>;

// -- an owned to-one, and children that the database deletes ----------------------------------------------------------

struct Passport;
struct Citizen {
    kin::key<Citizen> id{};
    std::string name{};
    kin::has_one<Passport, kin::owned> passport{};
};
struct Passport {
    kin::key<Passport> id{};
    kin::key<Citizen> citizen_id{};
    std::string number{};
    kin::belongs_to<Citizen> citizen{};
};

struct Track;
struct Album {
    kin::key<Album> id{};
    std::string title{};
    kin::has_many<Track> tracks{};
};
struct Track {
    kin::key<Track> id{};
    kin::key<Album> album_id{};
    std::string title{};
    kin::belongs_to<Album> album{};

    static constexpr auto table = kin::table().foreign_key("album_id", kin::on_delete::cascade);
};

struct Folder {
    kin::key<Folder> id{};
    std::string name{};
    std::optional<kin::key<Folder>> parent_id{};
    kin::belongs_to<Folder> parent{};
    kin::has_many<Folder> folders{};

    static constexpr auto table = kin::table().foreign_key("parent_id", kin::on_delete::cascade);
};

using Owning = kin::models<Citizen, Passport, Album, Track, Folder>;

// -- cycles -----------------------------------------------------------------------------------------------------------

struct Node {
    kin::key<Node> id{};
    std::string name{};
    std::optional<kin::key<Node>> parent_id{};
    kin::belongs_to<Node> parent{};
    kin::has_many<Node> children{};
};

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string name{};
    std::optional<kin::key<Player>> captain_id{};
    kin::belongs_to<Player> captain{};
    kin::has_many<Player> players{};
};
struct Player {
    kin::key<Player> id{};
    kin::key<Team> team_id{};
    std::string name{};
    kin::belongs_to<Team> team{};
};

struct Hen;
struct Egg {
    kin::key<Egg> id{};
    kin::key<Hen> hen_id{};
    kin::belongs_to<Hen> hen{};
};
struct Hen {
    kin::key<Hen> id{};
    kin::key<Egg> egg_id{};
    kin::belongs_to<Egg> egg{};
};

struct Paper;
struct Scissors;
struct Rock {
    kin::key<Rock> id{};
    std::optional<kin::key<Paper>> paper_id{};
    kin::belongs_to<Paper> paper{};
};
struct Paper {
    kin::key<Paper> id{};
    kin::key<Scissors> scissors_id{};
    kin::belongs_to<Scissors> scissors{};
};
struct Scissors {
    kin::key<Scissors> id{};
    kin::key<Rock> rock_id{};
    kin::belongs_to<Rock> rock{};
};

struct King;
struct Jack;
struct Queen {
    kin::key<Queen> id{};
    kin::key<King> king_id{};
    kin::belongs_to<King> king{};
};
struct King {
    kin::key<King> id{};
    kin::key<Jack> jack_id{};
    kin::belongs_to<Jack> jack{};
};
struct Jack {
    kin::key<Jack> id{};
    kin::key<Queen> queen_id{};
    kin::belongs_to<Queen> queen{};
};

using Cycles = kin::models<Node, Team, Player, Egg, Hen, Rock, Paper, Scissors, Queen, King, Jack>;

// -- keys of every kind -----------------------------------------------------------------------------------------------

struct City;
struct Country {
    kin::key<Country, std::string> code{};
    std::string name{};
    kin::has_many<City> cities{};
};
struct City {
    kin::key<City> id{};
    kin::key<Country, std::string> country_code{};
    std::string name{};
    kin::belongs_to<Country> country{};
};

struct Reading;
struct Device {
    kin::key<Device, kin::uuid> id{};
    std::string name{};
    kin::has_many<Reading> readings{};
};
struct Reading {
    kin::key<Reading> id{};
    kin::key<Device, kin::uuid> device_id{};
    double value{};
    kin::belongs_to<Device> device{};
};

struct Crate;
struct Warehouse {
    int region{};
    int number{};
    std::string name{};
    kin::has_many<Crate> crates{};

    static constexpr auto table = kin::table().primary_key("region", "number");
};
struct Crate {
    kin::key<Crate> id{};
    std::optional<int> region{};
    std::optional<int> number{};
    std::string label{};
    kin::belongs_to<Warehouse> warehouse{};

    static constexpr auto table = kin::table().foreign_key<Warehouse>(kin::columns("region", "number"));
};

using Keyed = kin::models<Country, City, Device, Reading, Warehouse, Crate>;

// -- values of every kind ---------------------------------------------------------------------------------------------

enum class colour : std::uint8_t { red, green, blue };

struct celsius {
    double degrees{};
    friend bool operator==(const celsius&, const celsius&) = default;
};

struct address {
    std::string street{};
    std::optional<std::string> city{};
};

struct Everything {
    kin::key<Everything> id{};
    colour paint{};
    std::optional<int> small{};
    std::optional<std::string> note{};
    std::chrono::sys_time<std::chrono::microseconds> seen{};
    std::chrono::sys_days day{};
    std::vector<std::byte> data{};
    std::uint64_t big{};
    double ratio{};
    celsius warmth{};
    address home{};
    std::string text{};
    kin::created_at created{};
    kin::updated_at updated{};
};

struct Account {
    kin::key<Account> id{};
    std::string owner{};
    std::int64_t balance{};
    kin::version version{};
};

using Values = kin::models<Everything, Account>;

// -- loading strategies at the declaration ----------------------------------------------------------------------------

struct Leaf;
struct Branch {
    kin::key<Branch> id{};
    std::string name{};
    kin::has_many<Leaf, kin::lazy<kin::load::select>, kin::via<"one_id">> one_by_one{};
    kin::has_many<Leaf, kin::lazy<kin::load::selectin>, kin::via<"with_id">> with_it{};
    kin::has_many<Leaf, kin::lazy<kin::load::raise>, kin::via<"never_id">> never{};
    kin::has_many<Leaf, kin::order_by<"-weight", "name">, kin::via<"sorted_id">> sorted{};
};
struct Leaf {
    kin::key<Leaf> id{};
    std::string name{};
    int weight{};
    std::optional<kin::key<Branch>> one_id{};
    std::optional<kin::key<Branch>> with_id{};
    std::optional<kin::key<Branch>> never_id{};
    std::optional<kin::key<Branch>> sorted_id{};
    kin::belongs_to<Branch, kin::lazy<kin::load::select>, kin::via<"one_id">> one{};
    kin::belongs_to<Branch, kin::lazy<kin::load::raise>, kin::via<"never_id">> never{};
};

using Strategies = kin::models<Branch, Leaf>;

}  // namespace sample

template <>
struct kin::codec<sample::celsius> {
    using stored = double;
    static double to_stored(const sample::celsius& c) { return c.degrees; }
    static sample::celsius from_stored(double d) { return {d}; }
};
