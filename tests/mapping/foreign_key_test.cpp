// Foreign keys: found by the type of a member, or named in the description; and the order that they give the models.
#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace {

using kin::columns;
using kin::mapping::model_of;
using kin::mapping::referential_action;
using positions = std::vector<std::uint16_t>;

struct Author {
    kin::key<Author> id{};
    std::string handle{};
    static constexpr auto table = kin::table("authors").unique("handle");
};
struct Book {
    kin::key<Book> id{};
    kin::key<Author> author_id{};
    std::optional<kin::key<Author>> editor_id{};
    std::string title{};
    static constexpr auto table = kin::table("books")
                                      .foreign_key("author_id", kin::on_delete::cascade)
                                      .foreign_key("editor_id", kin::on_delete::set_null, kin::on_update::restrict);
};
struct Quote {
    kin::key<Quote> id{};
    std::string author_handle{};
    static constexpr auto table =
        kin::table("quotes").foreign_key<Author>(columns("author_handle"), columns("handle"), kin::on_delete::restrict);
};

TEST(ForeignKey, IsAMemberOfAnotherModelsKeyType) {
    const auto& book = model_of<Book>();
    const auto& author = model_of<Author>();
    ASSERT_EQ(book.foreign_keys.size(), 2u);
    const auto& k = book.foreign_keys[0];
    EXPECT_EQ(k.owner, &book);
    EXPECT_EQ(k.columns, (positions{1}));
    EXPECT_EQ(k.target, &author);
    EXPECT_EQ(k.target_columns, (positions{0}));
    EXPECT_FALSE(k.nullable);
    EXPECT_EQ(k.index, 0);
    EXPECT_EQ(book.foreign_keys[1].index, 1);
}

TEST(ForeignKey, IsNullableIfItsMemberIsOptional) {
    const auto& k = model_of<Book>().foreign_keys[1];
    EXPECT_EQ(k.columns, (positions{2}));
    EXPECT_TRUE(k.nullable);
    EXPECT_EQ(k.target, &model_of<Author>());
}

TEST(ForeignKey, HasTheActionsOfTheDescription) {
    const auto& keys = model_of<Book>().foreign_keys;
    EXPECT_EQ(keys[0].on_delete, referential_action::cascade);
    EXPECT_EQ(keys[0].on_update, referential_action::no_action);
    EXPECT_EQ(keys[1].on_delete, referential_action::set_null);
    EXPECT_EQ(keys[1].on_update, referential_action::restrict);
}

TEST(ForeignKey, CanReferToAUniqueColumn) {
    const auto& k = model_of<Quote>().foreign_keys.at(0);
    EXPECT_EQ(k.target, &model_of<Author>());
    EXPECT_EQ(k.columns, (positions{1}));
    EXPECT_EQ(k.target_columns, (positions{1}));
    EXPECT_EQ(k.on_delete, referential_action::restrict);
}

TEST(ForeignKey, IsKnownToItsTarget) {
    (void)model_of<Book>();
    (void)model_of<Quote>();
    const auto& incoming = model_of<Author>().incoming;
    EXPECT_EQ(incoming.size(), 3u);
    EXPECT_EQ(std::count(incoming.begin(), incoming.end(), &model_of<Book>().foreign_keys[0]), 1);
    EXPECT_EQ(std::count(incoming.begin(), incoming.end(), &model_of<Book>().foreign_keys[1]), 1);
    EXPECT_EQ(std::count(incoming.begin(), incoming.end(), &model_of<Quote>().foreign_keys[0]), 1);
}

// -- composite ------------------------------------------------------------------------------------------------------

struct Order {
    int tenant{};
    int number{};
    static constexpr auto table = kin::table("orders").primary_key("tenant", "number");
};
struct OrderLine {
    kin::key<OrderLine> id{};
    int tenant{};
    std::optional<int> order_number{};
    static constexpr auto table =
        kin::table("order_lines")
            .foreign_key<Order>(columns("tenant", "order_number"), {}, kin::on_delete::cascade)
            .column("order_number", "order_no");
};

TEST(ForeignKey, CanHaveSeveralColumns) {
    const auto& k = model_of<OrderLine>().foreign_keys.at(0);
    EXPECT_EQ(k.target, &model_of<Order>());
    EXPECT_EQ(k.columns, (positions{1, 2}));
    EXPECT_EQ(k.target_columns, (positions{0, 1}));
    EXPECT_EQ(k.on_delete, referential_action::cascade);
    EXPECT_TRUE(k.nullable) << "one of its columns can be NULL";
}

struct Shelf {
    kin::key<Shelf> id{};
    std::string floor{};
    std::string place{};
    static constexpr auto table = kin::table("shelves").unique("floor", "place");
};
struct Label {
    kin::key<Label> id{};
    std::string shelf_place{};
    std::string shelf_floor{};
    static constexpr auto table =
        kin::table("labels").foreign_key<Shelf>(columns("shelf_place", "shelf_floor"), columns("place", "floor"));
};

TEST(ForeignKey, PairsItsColumnsInTheOrderWritten) {
    const auto& k = model_of<Label>().foreign_keys.at(0);
    ASSERT_EQ(k.target, &model_of<Shelf>());
    EXPECT_EQ(k.columns, (positions{1, 2}));
    EXPECT_EQ(k.target_columns, (positions{2, 1}));
    EXPECT_FALSE(k.nullable);
}

// -- embedded and keys of other representations ---------------------------------------------------------------------

struct Currency {
    kin::key<Currency, std::string> code{};
};
struct Amount {
    std::int64_t cents{};
    kin::key<Currency, std::string> currency{};
};
struct Invoice {
    kin::key<Invoice, kin::uuid> id{};
    Amount total{};
};
struct Payment {
    kin::key<Payment> id{};
    std::optional<kin::key<Invoice, kin::uuid>> invoice_id{};
};

TEST(ForeignKey, CanStandInAnEmbeddedValue) {
    const auto& m = model_of<Invoice>();
    ASSERT_EQ(m.foreign_keys.size(), 1u);
    EXPECT_EQ(m.columns[m.foreign_keys[0].columns[0]].name, "total_currency");
    EXPECT_EQ(m.foreign_keys[0].target, &model_of<Currency>());
}

TEST(ForeignKey, CanBeAUuid) {
    const auto& k = model_of<Payment>().foreign_keys.at(0);
    EXPECT_EQ(k.target, &model_of<Invoice>());
    EXPECT_TRUE(k.nullable);
}

// -- ranks ----------------------------------------------------------------------------------------------------------

struct Leaf;
struct Root {
    kin::key<Root> id{};
};
struct Branch {
    kin::key<Branch> id{};
    kin::key<Root> root_id{};
};
struct Leaf {
    kin::key<Leaf> id{};
    kin::key<Branch> branch_id{};
    std::optional<kin::key<Root>> root_id{};
};
struct Chicken;
struct Egg {
    kin::key<Egg> id{};
    std::optional<kin::key<Chicken>> laid_by{};
};
struct Chicken {
    kin::key<Chicken> id{};
    kin::key<Egg> hatched_from{};
};
struct Farm {
    kin::key<Farm> id{};
    std::optional<kin::key<Chicken>> first_id{};
};
struct Folder {
    kin::key<Folder> id{};
    std::optional<kin::key<Folder>> parent_id{};
};

TEST(Ranks, ParentsComeBeforeChildren) {
    EXPECT_LT(model_of<Root>().rank, model_of<Branch>().rank);
    EXPECT_LT(model_of<Branch>().rank, model_of<Leaf>().rank);
    EXPECT_FALSE(model_of<Root>().cyclic);
    EXPECT_FALSE(model_of<Leaf>().cyclic);
}

TEST(Ranks, ModelsThatReferToEachOtherShareOne) {
    EXPECT_EQ(model_of<Egg>().rank, model_of<Chicken>().rank);
    EXPECT_TRUE(model_of<Egg>().cyclic);
    EXPECT_TRUE(model_of<Chicken>().cyclic);
}

TEST(Ranks, WhoeverRefersToACycleComesAfterIt) {
    EXPECT_GT(model_of<Farm>().rank, model_of<Chicken>().rank);
    EXPECT_FALSE(model_of<Farm>().cyclic);
}

TEST(Ranks, AModelThatRefersToItselfIsACycleOfItsOwn) {
    EXPECT_TRUE(model_of<Folder>().cyclic);
    EXPECT_NE(model_of<Folder>().rank, model_of<Egg>().rank);
}

TEST(Ranks, NumbersAreDifferentAndStable) {
    EXPECT_NE(model_of<Root>().number, model_of<Branch>().number);
    EXPECT_EQ(&model_of<Root>(), &model_of<Root>());
    EXPECT_EQ(model_of<Root>().slot, &kin::mapping::slot_of<Root>);
}

}  // namespace
