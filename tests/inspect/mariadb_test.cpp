// A database of MariaDB's as people make them, as models: they compile, read every row, fit, and make the same tables.
#include <gtest/gtest.h>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>

#include "support/place.hpp"
#include "written_models.hpp"

namespace {

using mariadb_models = kin::test::written_models;

constexpr const char* shop = R"(
    CREATE TABLE customers (
        id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        email varchar(100) COLLATE utf8mb4_general_ci NOT NULL COMMENT 'where invoices go',
        name varchar(60) DEFAULT NULL,
        kind enum('private','company''s') NOT NULL DEFAULT 'private',
        marks set('a','b') DEFAULT NULL,
        born date DEFAULT NULL,
        visits tinyint(4) NOT NULL DEFAULT 0,
        vip tinyint(1) NOT NULL DEFAULT 0,
        settings json DEFAULT NULL,
        token uuid DEFAULT NULL,
        picture mediumblob,
        changed timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
        UNIQUE KEY by_email (email),
        KEY by_name (name(10)),
        CHECK (visits >= 0)
    ) COMMENT='who buys';
    CREATE TABLE countries (code char(2) NOT NULL PRIMARY KEY, name longtext NOT NULL);
    CREATE TABLE orders (
        id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        customer_id int unsigned NOT NULL,
        country_code char(2) DEFAULT NULL,
        placed datetime(6) NOT NULL DEFAULT current_timestamp(6),
        at time DEFAULT NULL,
        net decimal(10,2) NOT NULL DEFAULT 0.00,
        gross decimal(12,2) GENERATED ALWAYS AS (net * 1.2) STORED,
        weight float DEFAULT 1.5,
        KEY recent (customer_id, placed DESC),
        CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
        FOREIGN KEY (country_code) REFERENCES countries (code)
    );
    CREATE TABLE tags (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, word varchar(30) NOT NULL, FULLTEXT KEY words (word));
    CREATE TABLE order_tags (
        order_id bigint NOT NULL, tag_id int NOT NULL, PRIMARY KEY (order_id, tag_id), KEY (tag_id),
        FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
        FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
    );
    CREATE TABLE log (line varchar(100) NOT NULL, `at` datetime NOT NULL, PRIMARY KEY (`at`, line)) ENGINE=MyISAM
        DEFAULT CHARSET=latin1;
    CREATE VIEW order_sums AS SELECT id, net FROM orders;
    INSERT INTO customers (email, name, kind, marks, born, visits, vip, settings, token, picture) VALUES
        ('ada@example.org', 'Ada', 'private', 'a,b', '1815-12-10', 3, 1, '{"a": 1}', '00000000-0000-4000-8000-000000000001', x'0001'),
        ('bob@example.org', NULL, 'company''s', NULL, NULL, 0, 0, NULL, NULL, NULL);
    INSERT INTO countries VALUES ('MT', 'Malta');
    INSERT INTO orders (customer_id, country_code, at, net, weight) VALUES (1, 'MT', '12:30:00', 10, 2.5), (2, NULL, NULL, 0, NULL);
    INSERT INTO tags (word) VALUES ('new'), ('old');
    INSERT INTO order_tags VALUES (1, 1), (1, 2), (2, 2);
    INSERT INTO log VALUES ('begun', '2024-02-29 12:00:00'))";

TEST_F(mariadb_models, of_a_shop) {
    if (kin::test::engine_name() != "mariadb") GTEST_SKIP() << "a database of MariaDB's";
    const kin::test::place there;
    kin::engine::connection{kin::engine::open_driver(kin::engine::url::parse(there.url()))}.script(shop);
    const kin::test::place fresh;
    write_models(there.url());
    // What moves a column by itself is said by no model.
    runs(reading_program(there.url()) + "TEST(models, make_what_there_is) {\n    const auto differences =" +
         " kin::test::differences_of_what_they_make<" + lists_of_models() + ">;\n    EXPECT_EQ(differences(\"" +
         there.url() + "\", \"" + fresh.url() + "\"), \"\\nthe database: column_options customers.changed\\n\");\n}\n");
    has("enum class Kind : std::uint8_t { private_, company_s };");
    has("Kind kind{Kind::private_};");
    has("kin::belongs_to<Customer> customer{};");
    has("kin::has_many<Order, kin::passive_deletes> orders{};");
    has("std::optional<std::string> marks{};  // set('a','b')");
    has("bool vip{false};");
    has(".collation(\"email\", \"utf8mb4_general_ci\")");
    has(".options(\"ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci\")");
    has("/// The view order_sums: only to be read.");
}

}  // namespace
