// Northwind as somebody converted it to SQLite, whole: names with spaces, keys that are texts, dates with a fraction,
// BLOBs, numbers of two kinds in one column. Needs ../shared (or KIN_SHARED) and gzip; skipped where they are not.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include <kin/kin.hpp>
#include <kin/value/decimal.hpp>
#include <kin/value/stored_as.hpp>

#include "support/whole_database.hpp"

namespace {

using namespace kin::expr;

using text = std::optional<std::string>;
using date = std::optional<std::chrono::sys_days>;
using when = std::optional<kin::stored_as<kin::moment, kin::form::iso<3, ' ', false>>>;
using amount = kin::stored_as<kin::decimal, kin::form::real>;

struct Order;
struct Detail;
struct Product;
struct Territory;
struct Category {
    kin::key<Category> category_id{};
    text category_name{};
    text description{};
    std::optional<std::vector<std::byte>> picture{};
    kin::has_many<Product> products{};
    static constexpr auto table = kin::table("Categories").naming(kin::naming::pascal_case).primary_key("category_id");
};
struct Customer {
    kin::key<Customer, std::string> customer_id{};
    text company_name{};
    text contact_name{};
    text contact_title{};
    text address{};
    text city{};
    text region{};
    text postal_code{};
    text country{};
    text phone{};
    text fax{};
    kin::has_many<Order> orders{};
    static constexpr auto table = kin::table("Customers").naming(kin::naming::pascal_case).primary_key("customer_id");
};
struct Employee {
    kin::key<Employee> employee_id{};
    text last_name{};
    text first_name{};
    text title{};
    text title_of_courtesy{};
    date birth_date{};
    date hire_date{};
    text address{};
    text city{};
    text region{};
    text postal_code{};
    text country{};
    text home_phone{};
    text extension{};
    std::optional<std::vector<std::byte>> photo{};
    text notes{};
    std::optional<kin::key<Employee>> reports_to{};
    text photo_path{};
    kin::belongs_to<Employee> boss{};
    kin::has_many<Employee> reports{};
    kin::has_many<Order> orders{};
    kin::many_to_many<Territory, kin::pivot<"EmployeeTerritories", "EmployeeID", "TerritoryID">> territories{};
    static constexpr auto table = kin::table("Employees").naming(kin::naming::pascal_case).primary_key("employee_id");
};
struct Region {
    kin::key<Region> region_id{};
    std::string region_description{};
    kin::has_many<Territory> territories{};
    static constexpr auto table = kin::table("Regions").naming(kin::naming::pascal_case).primary_key("region_id");
};
struct Territory {
    kin::key<Territory, std::string> territory_id{};
    std::string territory_description{};
    kin::key<Region> region_id{};
    kin::belongs_to<Region> region{};
    static constexpr auto table =
        kin::table("Territories").naming(kin::naming::pascal_case).primary_key("territory_id");
};
struct Shipper {
    kin::key<Shipper> shipper_id{};
    std::string company_name{};
    text phone{};
    kin::has_many<Order> orders{};
    static constexpr auto table = kin::table("Shippers").naming(kin::naming::pascal_case).primary_key("shipper_id");
};
struct Supplier {
    kin::key<Supplier> supplier_id{};
    std::string company_name{};
    text contact_name{};
    text contact_title{};
    text address{};
    text city{};
    text region{};
    text postal_code{};
    text country{};
    text phone{};
    text fax{};
    text home_page{};
    kin::has_many<Product> products{};
    static constexpr auto table = kin::table("Suppliers").naming(kin::naming::pascal_case).primary_key("supplier_id");
};
struct Product {
    kin::key<Product> product_id{};
    std::string product_name{};
    std::optional<kin::key<Supplier>> supplier_id{};
    std::optional<kin::key<Category>> category_id{};
    text quantity_per_unit{};
    std::optional<amount> unit_price{};
    std::optional<int> units_in_stock{};
    std::optional<int> units_on_order{};
    std::optional<int> reorder_level{};
    std::string discontinued{};
    kin::belongs_to<Supplier> supplier{};
    kin::belongs_to<Category> category{};
    kin::has_many<Detail> sold{};
    static constexpr auto table = kin::table("Products").naming(kin::naming::pascal_case).primary_key("product_id");
};
struct Order {
    kin::key<Order> order_id{};
    std::optional<kin::key<Customer, std::string>> customer_id{};
    std::optional<kin::key<Employee>> employee_id{};
    when order_date{};
    when required_date{};
    when shipped_date{};
    std::optional<kin::key<Shipper>> ship_via{};
    std::optional<amount> freight{};
    text ship_name{};
    text ship_address{};
    text ship_city{};
    text ship_region{};
    text ship_postal_code{};
    text ship_country{};
    kin::belongs_to<Customer> customer{};
    kin::belongs_to<Employee> employee{};
    kin::has_many<Detail, kin::owned> details{};
    kin::has_many_through<Product, Detail> products{};
    static constexpr auto table = kin::table("Orders").naming(kin::naming::pascal_case).primary_key("order_id");
};
struct Detail {
    kin::key<Order> order_id{};
    kin::key<Product> product_id{};
    amount unit_price{};
    int quantity{};
    double discount{};
    kin::belongs_to<Order> order{};
    kin::belongs_to<Product> product{};
    static constexpr auto table =
        kin::table("Order Details").naming(kin::naming::pascal_case).primary_key("order_id", "product_id");
};

class northwind : public kin::test::whole_database {
  protected:
    void SetUp() override {
        if (kin::test::engine_name() != "sqlite") GTEST_SKIP() << "a script of SQLite's";
        const std::string from = kin::test::shared_file("data/databases/northwind.sql.gz");
        if (from.empty()) GTEST_SKIP() << "needs ../shared";
        std::string script;
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{popen(("gzip -dc '" + from + "'").c_str(), "r"),
                                                                   pclose};
        char part[65536];
        for (std::size_t n; (n = std::fread(part, 1, sizeof part, pipe.get())) > 0;) script.append(part, n);
        if (script.empty()) GTEST_SKIP() << "needs gzip";
        directory_ = std::make_unique<kin::test::temporary_directory>();
        open(directory_->sqlite_url("northwind.db") + "?synchronous=off");
        db_->script(script);
    }
};

TEST_F(northwind, every_cell_is_what_plain_sql_reads) {
    kin::session s{*db_};
    EXPECT_EQ(kin::test::compare_rows<Category>(s), 8u);
    EXPECT_EQ(kin::test::compare_rows<Customer>(s), 93u);
    EXPECT_EQ(kin::test::compare_rows<Employee>(s), 9u);
    EXPECT_EQ(kin::test::compare_rows<Region>(s), 4u);
    EXPECT_EQ(kin::test::compare_rows<Territory>(s), 53u);
    EXPECT_EQ(kin::test::compare_rows<Shipper>(s), 3u);
    EXPECT_EQ(kin::test::compare_rows<Supplier>(s), 29u);
    EXPECT_EQ(kin::test::compare_rows<Product>(s), 77u);
    EXPECT_EQ(kin::test::compare_rows<Order>(s), 830u);
    EXPECT_EQ(kin::test::compare_rows<Detail>(s), 2155u);
}

TEST_F(northwind, every_relation_leads_where_plain_sql_leads) {
    kin::session s{*db_};
    std::int64_t orders = 0, details = 0, territories = 0, products = 0;
    const auto customers = s.query<Customer>().with(&Customer::orders, &Order::details).all();
    for (const Customer& c : customers.view()) {
        orders += static_cast<std::int64_t>(c.orders.size());
        for (const Order& o : c.orders) details += static_cast<std::int64_t>(o.details.size());
    }
    for (const Employee& e : s.query<Employee>().with(&Employee::territories).all().view())
        territories += static_cast<std::int64_t>(e.territories.size());
    for (const Order& o : s.query<Order>().with(&Order::products).all().view())
        products += static_cast<std::int64_t>(o.products.size());
    EXPECT_EQ(orders, number(s, "SELECT count(*) FROM Orders JOIN Customers USING (CustomerID)"));
    EXPECT_EQ(details, number(s,
                              "SELECT count(*) FROM \"Order Details\" JOIN Orders USING (OrderID) "
                              "JOIN Customers USING (CustomerID)"));
    EXPECT_EQ(territories, number(s, "SELECT count(*) FROM EmployeeTerritories"));
    EXPECT_EQ(products, number(s, "SELECT count(*) FROM \"Order Details\""));
    const when first{kin::moment{836438400000000}};  // 1996-07-04
    EXPECT_EQ(s.query<Order>().where(col(&Order::order_date) == *first).count(),
              number(s, "SELECT count(*) FROM Orders WHERE date(OrderDate) = '1996-07-04'"));
}

TEST_F(northwind, changes_along_relations_leave_the_rest_as_it_was) {
    kin::session s{*db_};
    const auto rows = [&](const std::string& sql) {
        return static_cast<std::size_t>(number(s, "SELECT count(*) FROM " + sql));
    };
    const auto before = everything();
    const std::size_t of_order = rows("\"Order Details\" WHERE OrderID = 10248");
    const std::size_t served = rows("Orders WHERE EmployeeID = 4");
    const std::size_t placed = rows("EmployeeTerritories WHERE EmployeeID = 4");
    ASSERT_EQ(rows("Orders WHERE EmployeeID = 4 AND OrderID = 10248"), 0u);
    ASSERT_EQ(rows("Employees WHERE ReportsTo = 4"), 0u);
    auto customer = s.get<Customer>("ALFKI");
    customer->orders.push_back(
        Order{.order_date = {kin::moment{836438400000000}},
              .freight = {kin::decimal{"12.5"}},
              .details = {Detail{.product_id = {1}, .unit_price = kin::decimal{"18"}, .quantity = 2}}});
    s.remove(s.get<Order>(10248));
    s.remove(s.get<Employee>(4));
    s.commit();
    EXPECT_EQ(changed_since(before), (kin::test::changes_of_tables{{"EmployeeTerritories", {placed, 0}},
                                                                   {"Employees", {1, 0}},
                                                                   {"Order Details", {of_order, 1}},
                                                                   {"Orders", {served + 1, served + 1}}}));
    EXPECT_EQ(rows("Orders WHERE OrderDate = '1996-07-04 00:00:00.000' AND Freight = 12.5"), 1u);
    EXPECT_EQ(rows("Orders WHERE EmployeeID IS NULL"), served + 1);  // and the new one
}

}  // namespace
