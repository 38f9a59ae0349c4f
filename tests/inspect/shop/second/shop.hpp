// Models of sqlite:shop.db, written by kin-inspect: a start that is yours to change.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <kin/kin.hpp>
#include <kin/value/chrono.hpp>

namespace shop {

struct Customer;
struct Product;
struct Order;
struct OrderLine;

struct Customer {
    kin::key<Customer> id{};
    std::string name{};
    std::string email{};
    std::optional<std::string> phone{};
    kin::has_many<Order, kin::passive_deletes> orders{};
    static constexpr auto table = kin::table("customers").unique("email");
};

struct Product {
    kin::key<Product> id{};
    std::string title{};
    std::int64_t cents{};
    kin::has_many<OrderLine> order_lines{};
    kin::many_to_many<Order, OrderLine> orders{};
    static constexpr auto table = kin::table("products").check("cents > 0");
};

struct Order {
    kin::key<Order> id{};
    kin::key<Customer> customer_id{};
    std::chrono::sys_days ordered_on{};  // DATE
    kin::belongs_to<Customer> customer{};
    kin::has_many<OrderLine, kin::passive_deletes> order_lines{};
    kin::many_to_many<Product, OrderLine> products{};
    static constexpr auto table = kin::table("orders")
        .foreign_key("customer_id", kin::on_delete::cascade)
        .type("ordered_on", "DATE")
        .index(kin::index_on("customer_id").named("orders_by_customer"));
};

struct OrderLine {
    kin::key<Order> order_id{};
    kin::key<Product> product_id{};
    std::int64_t quantity{1};
    kin::belongs_to<Order> order{};
    kin::belongs_to<Product> product{};
    static constexpr auto table = kin::table("order_lines")
        .primary_key("order_id", "product_id")
        .foreign_key("order_id", kin::on_delete::cascade)
        .default_value("quantity", "1")
        .unindexed("product_id");
};

using all_models = kin::models<Customer, Product, Order, OrderLine>;

}  // namespace shop
