// Objects that lack columns: what was not read is not written, not compared and not handed out by a get.
#include <kin/testing.hpp>

#include "support/fixture.hpp"

namespace partial_models {

struct Order;
struct Customer {
    kin::key<Customer> id{};
    std::string name{};
    int points{};
    kin::has_many<Order> orders{};
};
struct Order {
    kin::key<Order> id{};
    std::optional<kin::key<Customer>> customer_id{};
    std::string title{};
    int open{};
    int amount{};
    kin::deferred<std::string> text{};
    kin::belongs_to<Customer> customer{};
};
using All = kin::models<Customer, Order>;

}  // namespace partial_models

namespace {

using namespace partial_models;
using namespace kin::expr;
using kin::test::contains;
using kin::test::rows_of;
using kin::test::thrown;
using kin::testing::expect_statements;

class partial_columns : public kin::test::with_database<> {
  protected:
    partial_columns() {
        db.create<All>();
        run("INSERT INTO customer VALUES (1, 'Ada', 7), (2, 'Bob', 8);"
            "INSERT INTO \"order\" VALUES (1, 1, 'a', 1, 10, 'x'), (2, 1, 'b', 1, 20, 'y'), (3, 2, 'c', 1, 30, 'z')");
        log.clear();
    }
    auto titles() { return s.query<Order>().only(&Order::title).order_by(&Order::id).all(); }
    std::string open_ones() { return rows("SELECT id, open FROM \"order\" ORDER BY id"); }

    kin::session s{db};
};

TEST_F(partial_columns, an_assignment_of_a_fresh_value_is_written) {
    auto orders = titles();
    expect_statements(1, [&] {  // the first one that is changed reads the rest for all
        for (Order& o : orders) o.open = 0;
    });
    EXPECT_EQ(log.text(5), "SELECT id, customer_id, title FROM; SELECT id, open, amount FROM");
    EXPECT_EQ(std::as_const(orders)[1].amount, 20);
    s.commit();
    EXPECT_EQ(open_ones(), "1|0; 2|0; 3|0");
    EXPECT_EQ(rows("SELECT amount, text FROM \"order\" ORDER BY id"), "10|x; 20|y; 30|z");
    EXPECT_FALSE(contains(log.entries().back().sql, "amount")) << log.entries().back().sql;
    expect_statements(1, [&] { EXPECT_EQ(*orders[0].text, "x"); });  // deferred ones keep their own way
}

TEST_F(partial_columns, const_access_reads_nothing) {
    const auto orders = titles();
    expect_statements(0, [&] { EXPECT_EQ(orders[0].open, 0); });
    EXPECT_FALSE(s.is_loaded(orders.handle(0), &Order::open));
}

TEST_F(partial_columns, a_get_and_a_query_hand_out_whole_objects) {
    const auto orders = titles();
    expect_statements(1, [&] { EXPECT_EQ(std::as_const(*s.get<Order>(3)).open, 1); });
    expect_statements(0, [&] { EXPECT_EQ(std::as_const(*s.get<Order>(3)).amount, 30); });
    EXPECT_FALSE(s.is_loaded(orders.handle(0), &Order::open)) << "a get reads one row";
    (void)s.query<Order>().where(col(&Order::id) == 1).all();
    EXPECT_EQ(orders[0].open, 1);
    const auto relation = s.query<Customer>().where(col(&Customer::id) == 1).with(&Customer::orders).all();
    EXPECT_EQ(relation[0].orders[1].open, 1);
}

TEST_F(partial_columns, what_a_relation_leads_to_is_whole) {
    (void)s.query<Customer>().only(&Customer::name).all();
    const auto eager = s.query<Order>().where(col(&Order::id) == 1).with(selectin(&Order::customer)).all();
    EXPECT_EQ(eager[0].customer->points, 7);
    const auto touched = s.query<Order>().where(col(&Order::id) == 3).all();
    expect_statements(1, [&] { EXPECT_EQ(touched[0].customer->points, 8); });
    s.clear();
    log.clear();
    (void)s.query<Customer>().only(&Customer::name).all();
    const auto asked_for = s.query<Order>().with(selectin(&Order::customer).only(&Customer::name)).all();
    EXPECT_EQ(log.count(), 2u) << log.text();  // the customers are known, with all that is asked for
    EXPECT_EQ(asked_for[0].customer->points, 0);
}

TEST_F(partial_columns, a_relation_that_is_loaded_already_completes_its_targets) {
    (void)s.query<Customer>().with(selectin(&Customer::orders).only(&Order::title)).all();
    const auto customers = s.query<Customer>().order_by(&Customer::id).with(&Customer::orders).all();
    for (const Customer& c : customers) {
        for (const Order& o : c.orders) EXPECT_EQ(o.open, 1);
    }
    EXPECT_EQ(log.text(5),
              "SELECT id, name, points FROM; SELECT id, customer_id, title FROM; SELECT id, name, points FROM; "
              "SELECT id, open, amount FROM");
    s.load(customers, selectin(&Customer::orders).only(&Order::title));
    EXPECT_EQ(customers[0].orders[0].open, 1) << "what is here is not lost";
}

TEST_F(partial_columns, what_is_old_and_comes_in_part_is_read_whole_by_the_query) {
    for (const bool in_one : {false, true}) {
        (void)s.query<Customer>().with(&Customer::orders).all();
        s.commit();
        s.expire_all();
        run("UPDATE \"order\" SET amount = amount + 1");
        log.clear();
        const auto customers =
            s.query<Customer>()
                .with((in_one ? joined(&Customer::orders) : selectin(&Customer::orders)).only(&Order::title))
                .order_by(&Customer::id)
                .all();
        EXPECT_EQ(log.count(), in_one ? 2u : 3u) << log.text();
        s.strict();
        expect_statements(0, [&] { EXPECT_EQ(customers[1].orders[0].amount, in_one ? 32 : 31); });
        s.strict(false);
    }
}

TEST_F(partial_columns, a_strict_session_hands_out_no_half) {
    (void)s.query<Customer>().only(&Customer::name).all();
    s.strict();
    const auto orders = s.query<Order>().all();
    (void)thrown<kin::raised_load>([&] { (void)orders[0].customer->points; });
    (void)s.get<Customer>(1);
    expect_statements(0, [&] { EXPECT_EQ(orders[0].customer->points, 7); });
}

TEST_F(partial_columns, siblings_lack_different_columns_and_stay_siblings) {
    (void)s.query<Order>().where(col(&Order::id) == 1).only(&Order::amount).all();
    auto orders = titles();
    EXPECT_EQ(std::as_const(orders)[0].amount, 10);
    expect_statements(1, [&] {
        for (Order& o : orders) o.open = 0;
    });
    expect_statements(1, [&] {
        for (const Order& o : orders) (void)o.customer->name;
    });
    s.commit();
    EXPECT_EQ(open_ones(), "1|0; 2|0; 3|0");
}

TEST_F(partial_columns, the_unit_of_work_changes_keys_without_reading) {
    auto orders = titles();
    auto ada = s.get<Customer>(1);
    log.clear();
    ada->orders.push_back(orders.handle(2));
    s.flush();
    EXPECT_EQ(log.text(2), "UPDATE order");
    EXPECT_EQ(rows_of(s.connection(), "SELECT customer_id, open, amount FROM \"order\" WHERE id = 3"), "1|1|30");
    orders[2].open = 0;  // who changes it reads it first, also now
    s.commit();
    EXPECT_EQ(open_ones(), "1|1; 2|1; 3|0");
}

TEST_F(partial_columns, a_removal_that_is_taken_back) {
    auto orders = titles();
    s.remove(orders.handle(0));
    s.flush();
    EXPECT_EQ(log.count("DELETE"), 1u);
    EXPECT_EQ(log.count(), 2u) << "nothing is read for it";
    s.rollback();
    orders[0].open = 0;
    s.commit();
    EXPECT_EQ(open_ones(), "1|0; 2|1; 3|1");
}

TEST_F(partial_columns, a_strict_session_reads_what_a_change_needs) {
    s.strict();
    auto orders = titles();
    orders[0].open = 0;
    s.commit();
    EXPECT_EQ(open_ones(), "1|0; 2|1; 3|1");
}

TEST_F(partial_columns, a_row_that_is_gone) {
    auto orders = titles();
    s.rollback();
    run("DELETE FROM \"order\" WHERE id = 1");
    EXPECT_FALSE(s.get<Order>(1));
    (void)thrown<kin::not_found>([&] { orders[0].open = 0; });
    orders[1].open = 0;
    s.commit();
    EXPECT_EQ(open_ones(), "2|0; 3|1");
}

}  // namespace
