// Rows that are large together: a flush sends them in parts, however many of them there are.
#include "support/fixture.hpp"

namespace large_rows {

struct Scan {
    kin::key<Scan> id{};
    std::string name{};
    std::vector<std::byte> image{};
    std::string text{};
};

}  // namespace large_rows

namespace {

using large_rows::Scan;

class large_rows_test : public kin::test::with_database<kin::models<Scan>> {};

TEST_F(large_rows_test, are_written_in_parts) {
    constexpr std::size_t megabyte = std::size_t{1} << 20;
    kin::session s{db};
    std::vector<kin::ref<Scan>> all;
    // Small ones, then such that only a few go together, then one that is more than a part alone.
    for (int i = 0; i < 60; ++i) {
        const std::size_t size = i < 20 ? 10 : i < 59 ? megabyte / 2 : 20 * megabyte;
        all.push_back(s.add(Scan{.name = "n" + std::to_string(i),
                                 .image = std::vector<std::byte>(size, std::byte{static_cast<unsigned char>(i)}),
                                 .text = std::string(size / 2, 'a')}));
    }
    s.commit();
    EXPECT_EQ(log.count("INSERT"), 1u);
    const std::string sums =
        "SELECT count(*), count(DISTINCT name), sum(length(image)), sum(length(text)), min(length(image)) FROM scan";
    EXPECT_EQ(rows(sums), "60|60|41418952|20709476|10");
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i]->name, "n" + std::to_string(i));
    EXPECT_EQ(rows("SELECT count(*) FROM scan WHERE name = 'n' || (id - 1)"), "60") << "each has its own key";
    log.clear();
    for (auto& each : all) each->text += 'b';
    s.commit();
    EXPECT_EQ(log.count("UPDATE"), 1u);
    EXPECT_EQ(rows(sums), "60|60|41418952|20709536|10");
}

}  // namespace
