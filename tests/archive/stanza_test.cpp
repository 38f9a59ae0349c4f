// The parser of package indexes: fields, continuations, and every malformed line.
#include "../../examples/archive/stanza.hpp"

#include <gtest/gtest.h>

namespace {

using archive::stanza;
using archive::stanza_reader;

std::string message_of(std::string_view text) {
    stanza_reader reader{text, "index"};
    stanza s;
    try {
        while (reader.next(s)) {
        }
    } catch (const archive::input_error& e) {
        return e.what();
    }
    return {};
}

TEST(Stanza, ReadsFieldsWithTheirLines) {
    stanza_reader reader{"Package: a\nVersion:1.0 \n\nPackage: b\n", "index"};
    stanza s;
    ASSERT_TRUE(reader.next(s));
    ASSERT_EQ(s.fields.size(), 2u);
    EXPECT_EQ(s.find("Package")->first_line(), "a");
    EXPECT_EQ(s.find("Version")->first_line(), "1.0");
    EXPECT_EQ(s.find("Version")->line, 2u);
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.fields.size(), 1u);
    EXPECT_EQ(s.line, 4u);
    EXPECT_EQ(s.find("Package")->first_line(), "b");
    EXPECT_EQ(s.find("Version"), nullptr);
    EXPECT_FALSE(reader.next(s));
    EXPECT_EQ(reader.position(), 36u);
}

TEST(Stanza, ContinuationLinesBelongToTheFieldBefore) {
    stanza_reader reader{"Depends: a,\n b\n\t| c\nSection: libs\n", "index"};
    stanza s;
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.find("Depends")->value, " a,\n b\n\t| c");
    EXPECT_EQ(s.find("Depends")->first_line(), "a,");
    EXPECT_EQ(s.find("Section")->line, 4u);
}

TEST(Stanza, BlankLinesSeparateAndTheLastLineBreakIsOptional) {
    stanza_reader reader{"\n\n \nPackage: a\n\n\n\nPackage: b", "index"};
    stanza s;
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.line, 4u);
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.find("Package")->first_line(), "b");
    EXPECT_FALSE(reader.next(s));
}

TEST(Stanza, CarriageReturnsAreNoText) {
    stanza_reader reader{"Package: a\r\nSection: libs\r\n\r\nPackage: b\r\n", "index"};
    stanza s;
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.find("Package")->value, " a");
    EXPECT_EQ(s.find("Section")->first_line(), "libs");
    ASSERT_TRUE(reader.next(s));
    EXPECT_FALSE(reader.next(s));
}

TEST(Stanza, FieldNamesIgnoreCaseAndValuesMayHoldColons) {
    stanza_reader reader{"package: a:b: c\n", "index"};
    stanza s;
    ASSERT_TRUE(reader.next(s));
    EXPECT_EQ(s.find("Package")->first_line(), "a:b: c");
}

TEST(Stanza, AnEmptyTextHasNone) {
    stanza s;
    EXPECT_FALSE((stanza_reader{"", "index"}.next(s)));
    EXPECT_FALSE((stanza_reader{"\n \n", "index"}.next(s)));
}

TEST(Stanza, RefusesALineThatIsNoField) {
    EXPECT_EQ(message_of("Package: a\nrubbish\n"), "index:2: neither a field nor a continuation: 'rubbish'");
    EXPECT_EQ(message_of("Package: a\n\n: b\n"), "index:3: neither a field nor a continuation: ': b'");
    EXPECT_EQ(message_of("Package: a\nsome text: b\n"), "index:2: neither a field nor a continuation: 'some text: b'");
    EXPECT_EQ(message_of("# Package: a\n"), "index:1: neither a field nor a continuation: '# Package: a'");
}

TEST(Stanza, RefusesAContinuationOfNothing) {
    EXPECT_EQ(message_of("Package: a\n\n more\n"), "index:3: continuation of no field: ' more'");
}

TEST(Stanza, MessagesStayOnOneReadableLine) {
    EXPECT_EQ(message_of(std::string_view{"\x1f\x8b\x00\xff", 4}),
              "index:1: neither a field nor a continuation: '???"
              "?'");
    const std::string message = message_of(std::string(500, 'x'));
    EXPECT_LT(message.size(), 120u);
    EXPECT_TRUE(message.ends_with("...'"));
}

}  // namespace
