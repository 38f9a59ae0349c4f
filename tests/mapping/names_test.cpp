// Names: of structs, tables and columns, as the compiler spells them and as SQL calls them.
#include <gtest/gtest.h>
#include <kin/kin.hpp>
#include <kin/mapping/model.hpp>

namespace shop::stock {
struct HTTPHeader {
    kin::key<HTTPHeader> id{};
    std::string rawValue{};
};
struct Item2Shelf {
    kin::key<Item2Shelf> id{};
};
struct ABTest {
    kin::key<ABTest> id{};
};
struct XML {
    kin::key<XML> id{};
};
struct already_small {
    kin::key<already_small> id{};
};
}  // namespace shop::stock

namespace {

struct Hidden {
    kin::key<Hidden> id{};
    std::string first_name{};
    std::optional<int> Age{};
};

template <class T>
struct Box {
    kin::key<Box> id{};
    T content{};
    std::optional<kin::key<Hidden>> hidden_id{};
    static constexpr auto table = kin::table("boxes").index("content");
};
struct Unnamed {
    kin::key<Unnamed> id{};
    static constexpr auto table = kin::table().in_schema("archive");
};

std::vector<std::string> column_names(const kin::mapping::model& m) {
    std::vector<std::string> names;
    for (const auto& c : m.columns) names.push_back(c.name);
    return names;
}
using names = std::vector<std::string>;

template <class M>
std::string table_name() {
    return kin::mapping::model_of<M>().table;
}

TEST(Names, ATableIsTheStructInSnakeCase) {
    EXPECT_EQ(table_name<shop::stock::HTTPHeader>(), "http_header");
    EXPECT_EQ(table_name<shop::stock::Item2Shelf>(), "item2_shelf");
    EXPECT_EQ(table_name<shop::stock::ABTest>(), "ab_test");
    EXPECT_EQ(table_name<shop::stock::XML>(), "xml");
    EXPECT_EQ(table_name<shop::stock::already_small>(), "already_small");
}

TEST(Names, AModelIsCalledLikeItsStructWithoutNamespaces) {
    EXPECT_EQ(kin::mapping::model_of<shop::stock::HTTPHeader>().name, "HTTPHeader");
    EXPECT_EQ(kin::mapping::model_of<Hidden>().name, "Hidden");
}

TEST(Names, ColumnsAreCalledLikeTheirMembers) {
    EXPECT_EQ(column_names(kin::mapping::model_of<shop::stock::HTTPHeader>()), (names{"id", "rawValue"}));
}

TEST(Names, AnAnonymousNamespaceDoesNotShow) {
    EXPECT_EQ(table_name<Hidden>(), "hidden");
    EXPECT_EQ(column_names(kin::mapping::model_of<Hidden>()), (names{"id", "first_name", "Age"}));
}

TEST(Names, AModelCanBeATemplate) {
    const auto& numbers = kin::mapping::model_of<Box<int>>();
    const auto& texts = kin::mapping::model_of<Box<std::string>>();
    EXPECT_NE(&numbers, &texts);
    EXPECT_EQ(numbers.name, "Box<int>");
    EXPECT_EQ(numbers.table, "boxes");
    EXPECT_EQ(column_names(numbers), (names{"id", "content", "hidden_id"}));
    EXPECT_EQ(column_names(texts), (names{"id", "content", "hidden_id"}));
    EXPECT_EQ(numbers.columns[1].io.type, kin::kind::int32);
    EXPECT_EQ(texts.columns[1].io.type, kin::kind::text);
    EXPECT_EQ(numbers.indexes.size(), 1u);
}

TEST(Names, ALocalStructCanBeAModel) {
    struct Local {
        kin::key<Local> id{};
        double weight{};
    };
    const auto& m = kin::mapping::model_of<Local>();
    EXPECT_EQ(m.name, "Local");
    EXPECT_EQ(m.table, "local");
    EXPECT_EQ(column_names(m), (names{"id", "weight"}));
}

TEST(Names, ADescriptionWithoutANameKeepsTheStructs) {
    EXPECT_EQ(table_name<Unnamed>(), "unnamed");
    EXPECT_EQ(kin::mapping::model_of<Unnamed>().schema, "archive");
}

TEST(Names, FieldsCarryThemForMessages) {
    EXPECT_STREQ(kin::mapping::model_of<Hidden>().fields[1].name, "Hidden.first_name");
}

struct Wide {
    kin::key<Wide> id{};
    int c01{}, c02{}, c03{}, c04{}, c05{}, c06{}, c07{}, c08{}, c09{}, c10{}, c11{}, c12{}, c13{}, c14{}, c15{}, c16{};
    std::string d01{}, d02{}, d03{}, d04{}, d05{}, d06{}, d07{}, d08{}, d09{}, d10{}, d11{}, d12{}, d13{}, d14{}, d15{};
    std::optional<double> e01{}, e02{}, e03{}, e04{}, e05{}, e06{}, e07{}, e08{}, e09{}, e10{}, e11{}, e12{}, e13{};
    bool last{};
};

TEST(Names, AModelCanHaveManyMembers) {
    const auto& m = kin::mapping::model_of<Wide>();
    ASSERT_EQ(m.columns.size(), 46u);
    EXPECT_EQ(m.columns[1].name, "c01");
    EXPECT_EQ(m.columns[17].name, "d01");
    EXPECT_EQ(m.columns[44].name, "e13");
    EXPECT_EQ(m.columns[45].name, "last");
    EXPECT_EQ(m.columns[45].io.offset, offsetof(Wide, last));
    EXPECT_EQ(m.column_at(offsetof(Wide, d09)), m.find_column("d09"));
}

struct Widest {
    kin::key<Widest> id{};
    int a01{}, a02{}, a03{}, a04{}, a05{}, a06{}, a07{}, a08{}, a09{}, a10{}, a11{}, a12{}, a13{}, a14{}, a15{}, a16{};
    int b01{}, b02{}, b03{}, b04{}, b05{}, b06{}, b07{}, b08{}, b09{}, b10{}, b11{}, b12{}, b13{}, b14{}, b15{}, b16{};
    int c01{}, c02{}, c03{}, c04{}, c05{}, c06{}, c07{}, c08{}, c09{}, c10{}, c11{}, c12{}, c13{}, c14{}, c15{}, c16{};
    int d01{}, d02{}, d03{}, d04{}, d05{}, d06{}, d07{}, d08{}, d09{}, d10{}, d11{}, d12{}, d13{}, d14{}, d15{};
};

TEST(Names, SixtyFourMembersAreTheMost) {
    const auto& m = kin::mapping::model_of<Widest>();
    ASSERT_EQ(m.columns.size(), 64u);
    EXPECT_EQ(m.columns[63].name, "d15");
    EXPECT_EQ(m.columns[63].io.offset, offsetof(Widest, d15));
}

struct OrderLine {
    kin::key<OrderLine> id{};
    kin::key<Hidden> hidden_id{};
    std::string unit_price{};
    std::string note{};
    static constexpr auto table =
        kin::table().naming(kin::naming::pascal_case).column("note", "remark").unique("unit_price");
};
struct Shouted {
    kin::key<Shouted> id{};
    std::string unit_price{};
    static constexpr auto table = kin::table("SHOUTED").naming(kin::naming::upper_case);
};
struct Humped {
    kin::key<Humped> id{};
    std::string unit_price{};
    static constexpr auto table = kin::table().naming(kin::naming::camel_case);
};

TEST(Names, ARuleNamesAWholeModel) {
    const auto& m = kin::mapping::model_of<OrderLine>();
    EXPECT_EQ(m.table, "OrderLine");
    EXPECT_EQ(m.columns[0].name, "Id");
    EXPECT_EQ(m.columns[1].name, "HiddenId");
    EXPECT_EQ(m.columns[2].name, "UnitPrice");
    EXPECT_EQ(m.columns[3].name, "remark");
    EXPECT_EQ(m.find_column("unit_price"), &m.columns[2]);
    EXPECT_EQ(m.indexes[0].columns, std::vector<std::uint16_t>{2});
    EXPECT_EQ(kin::mapping::model_of<Shouted>().columns[1].name, "UNIT_PRICE");
    EXPECT_EQ(kin::mapping::model_of<Humped>().columns[1].name, "unitPrice");
    EXPECT_EQ(kin::mapping::model_of<Humped>().table, "humped");
}

}  // namespace
