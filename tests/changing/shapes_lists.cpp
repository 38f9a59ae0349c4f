// One to many: nullable, required, owned (two levels), owned with a nullable key, a tree; versions; a unique column.
#include "schemas/shapes.hpp"

namespace changing {
namespace {

struct Player;
struct Team {
    kin::key<Team> id{};
    std::string label{};
    std::optional<int> code{};
    kin::has_many<Player> players{};
    static constexpr auto table = kin::table().unique("code");
};
struct Player {
    kin::key<Player> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Team>> team_id{};
    kin::belongs_to<Team> team{};
    static constexpr auto table = kin::table().check("value <> 666");
};

struct Book;
struct Shelf {
    kin::key<Shelf> id{};
    std::string label{};
    kin::has_many<Book> books{};
};
struct Book {
    kin::key<Book> id{};
    std::string label{};
    int value{};
    kin::key<Shelf> shelf_id{};
    kin::belongs_to<Shelf> shelf{};
};

struct Line;
struct Part;
struct Order {
    kin::key<Order> id{};
    std::string label{};
    int value{};
    kin::has_many<Line, kin::owned> lines{};
    static constexpr auto table = kin::table("orders");
};
struct Line {
    kin::key<Line> id{};
    std::string label{};
    std::optional<int> code{};
    kin::key<Order> order_id{};
    kin::belongs_to<Order> order{};
    kin::has_many<Part, kin::owned> parts{};
    static constexpr auto table = kin::table().unique("code");
};
struct Part {
    kin::key<Part> id{};
    std::string label{};
    int value{};
    kin::key<Line> line_id{};
    kin::belongs_to<Line> line{};
    static constexpr auto table = kin::table().check("value <> 666");
};

struct Sheet;
struct Binder {
    kin::key<Binder> id{};
    std::string label{};
    kin::has_many<Sheet, kin::owned> sheets{};
};
struct Sheet {
    kin::key<Sheet> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Binder>> binder_id{};
    kin::belongs_to<Binder> binder{};
};

struct Node {
    kin::key<Node> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Node>> parent_id{};
    kin::belongs_to<Node> parent{};
    kin::has_many<Node> children{};
};

struct Sailor;
struct Stop;
struct Ship {
    kin::key<Ship> id{};
    std::string label{};
    int value{};
    kin::version version{};
    kin::has_many<Sailor> crew{};
    kin::has_many<Stop, kin::owned> stops{};
};
struct Sailor {
    kin::key<Sailor> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Ship>> ship_id{};
    kin::version version{};
    kin::belongs_to<Ship> ship{};
};
struct Stop {
    kin::key<Stop> id{};
    std::string label{};
    int value{};
    kin::key<Ship> ship_id{};
    kin::version version{};
    kin::belongs_to<Ship> ship{};
};

struct Account {
    kin::key<Account> id{};
    std::string label{};
    int code{};
    static constexpr auto table = kin::table().unique("code").check("code <> 666");
};

/// The columns that nearly every model has, then its own.
template <class T>
std::vector<column> usual(std::vector<column> own = {}) {
    std::vector<column> all{col<&T::id>("id", column::what::id), col<&T::label>("label", column::what::label)};
    if constexpr (requires(T t) { t.value; }) all.push_back(col<&T::value>("value"));
    if constexpr (requires(T t) { t.version; }) all.push_back(col<&T::version>("version", column::what::version));
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

}  // namespace

void add_lists(collector& c) {
    c.shape("nullable");
    const int team = c.add<Team>("Team", "team", usual<Team>({unique(col<&Team::code>("code"))}));
    const int player = c.add<Player>("Player", "player", usual<Player>({col<&Player::team_id>("team_id")}));
    c.at(player).checked = true;
    c.names(player, "team_id", team);
    c.key(player, {"team_id"}, team);
    c.child_side(c.last_key(), belongs_to<&Player::team>("team"));
    c.parent_side(c.last_key(), has_many<&Team::players>("players"));

    c.shape("required");
    const int shelf = c.add<Shelf>("Shelf", "shelf", usual<Shelf>());
    const int book = c.add<Book>("Book", "book", usual<Book>({col<&Book::shelf_id>("shelf_id")}));
    c.names(book, "shelf_id", shelf);
    c.key(book, {"shelf_id"}, shelf);
    c.child_side(c.last_key(), belongs_to<&Book::shelf>("shelf"));
    c.parent_side(c.last_key(), has_many<&Shelf::books>("books"));

    c.shape("owned");
    const int order = c.add<Order>("Order", "orders", usual<Order>());
    const int line =
        c.add<Line>("Line", "line", usual<Line>({unique(col<&Line::code>("code")), col<&Line::order_id>("order_id")}));
    const int part = c.add<Part>("Part", "part", usual<Part>({col<&Part::line_id>("line_id")}));
    c.at(part).checked = true;
    c.names(line, "order_id", order);
    c.names(part, "line_id", line);
    c.key(line, {"order_id"}, order);
    c.child_side(c.last_key(), belongs_to<&Line::order>("order"));
    c.parent_side(c.last_key(), has_many<&Order::lines>("lines"), true);
    c.key(part, {"line_id"}, line);
    c.child_side(c.last_key(), belongs_to<&Part::line>("line"));
    c.parent_side(c.last_key(), has_many<&Line::parts>("parts"), true);

    c.shape("owned, nullable");
    const int binder = c.add<Binder>("Binder", "binder", usual<Binder>());
    const int sheet = c.add<Sheet>("Sheet", "sheet", usual<Sheet>({col<&Sheet::binder_id>("binder_id")}));
    c.names(sheet, "binder_id", binder);
    c.key(sheet, {"binder_id"}, binder);
    c.child_side(c.last_key(), belongs_to<&Sheet::binder>("binder"));
    c.parent_side(c.last_key(), has_many<&Binder::sheets>("sheets"), true);

    c.shape("tree");
    const int node = c.add<Node>("Node", "node", usual<Node>({col<&Node::parent_id>("parent_id")}));
    c.names(node, "parent_id", node);
    c.key(node, {"parent_id"}, node);
    c.child_side(c.last_key(), belongs_to<&Node::parent>("parent"));
    c.parent_side(c.last_key(), has_many<&Node::children>("children"));

    c.shape("versions");
    const int ship = c.add<Ship>("Ship", "ship", usual<Ship>());
    const int sailor = c.add<Sailor>("Sailor", "sailor", usual<Sailor>({col<&Sailor::ship_id>("ship_id")}));
    const int stop = c.add<Stop>("Stop", "stop", usual<Stop>({col<&Stop::ship_id>("ship_id")}));
    c.names(sailor, "ship_id", ship);
    c.names(stop, "ship_id", ship);
    c.key(sailor, {"ship_id"}, ship);
    c.child_side(c.last_key(), belongs_to<&Sailor::ship>("ship"));
    c.parent_side(c.last_key(), has_many<&Ship::crew>("crew"));
    c.key(stop, {"ship_id"}, ship);
    c.child_side(c.last_key(), belongs_to<&Stop::ship>("ship"));
    c.parent_side(c.last_key(), has_many<&Ship::stops>("stops"), true);

    c.shape("unique");
    const int account = c.add<Account>("Account", "account", usual<Account>({unique(col<&Account::code>("code"))}));
    c.at(account).checked = true;
}

void create_lists(kin::database& db) {
    db.create<
        kin::models<Team, Player, Shelf, Book, Order, Line, Part, Binder, Sheet, Node, Ship, Sailor, Stop, Account>>();
}

}  // namespace changing
