// What counts as UTF-8.
#include <gtest/gtest.h>

#include <kin/value/transfer.hpp>
#include <string>

namespace {

TEST(utf8, good) {
    for (const std::string good :
         {"", "a", "1234567", "12345678", "123456789", "é", "ß漢🙂", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
          "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        // At every place relative to the blocks of eight, and before more text.
        for (std::size_t before = 0; before < 17; ++before) {
            EXPECT_TRUE(kin::valid_utf8(std::string(before, 'x') + good + "yyy"));
            EXPECT_TRUE(kin::valid_utf8(std::string(before, 'x') + good));
        }
    }
    EXPECT_TRUE(kin::valid_utf8(std::string("a\0b", 3)));
}

TEST(utf8, bad) {
    for (const std::string bad :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE1\x80", "\xE1\x80\x41",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF1\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
          "\xFE", "\xFF", "\xF0\x90\x80\x41"}) {
        for (std::size_t before = 0; before < 17; ++before) {
            EXPECT_FALSE(kin::valid_utf8(std::string(before, 'x') + bad + "yyyyyyyyy")) << before;
            EXPECT_FALSE(kin::valid_utf8(std::string(before, 'x') + bad)) << before;
        }
    }
}

}  // namespace
