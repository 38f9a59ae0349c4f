// docs/loading.md shows what each way of loading sends. What stands there between `<!-- generated: name -->` and
// `<!-- end -->` is the code of the example of that name below and the statements that it sent. To accept new text, run
// with KIN_UPDATE_GOLDEN set and read the difference.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "support/fixture.hpp"
#include "support/source_folder.hpp"

namespace loading_page {

struct Article;
struct Label;

struct Writer {
    kin::key<Writer> id{};
    std::string name{};
    kin::has_many<Article, kin::via<"writer_id">> articles{};
};
struct Article {
    kin::key<Article> id{};
    kin::key<Writer> writer_id{};
    std::optional<kin::key<Writer>> editor_id{};
    std::string title{};
    int views{};
    kin::belongs_to<Writer, kin::via<"writer_id">> writer{};
    kin::belongs_to<Writer, kin::via<"editor_id">> editor{};
    kin::many_to_many<Label> labels{};
};
struct Label {
    kin::key<Label> id{};
    std::string name{};
};
struct Folder {
    kin::key<Folder> id{};
    std::optional<kin::key<Folder>> parent_id{};
    std::string name{};
    kin::has_many<Folder> children{};
};
struct Scan {
    kin::key<Scan> id{};
    std::string name{};
    kin::deferred<std::string> text{};
};

using All = kin::models<Writer, Article, Label, Folder, Scan>;

}  // namespace loading_page

namespace {

using namespace kin::expr;
using namespace loading_page;
using kin::raised_load;
using kin::session;
using kin::test::thrown;

/// Reads what is there, so that nothing is loaded in vain.
std::size_t read(const kin::rows<Writer>& writers) {
    std::size_t letters = 0;
    for (const Writer& w : writers) {
        for (const Article& a : w.articles) letters += a.title.size();
    }
    return letters;
}

void batch_of_siblings(session& s) {
    // [batch]
    const auto writers = s.query<Writer>().where(col(&Writer::name) < "C").all();
    read(writers);  // the first writer's articles are touched, and all come
    // [end]
}
void one_by_one(session& s) {
    // [select]
    const auto writers = s.query<Writer>().with(select(&Writer::articles)).all();
    read(writers);
    // [end]
}
void with_the_owners(session& s) {
    // [selectin]
    const auto writers =
        s.query<Writer>().where(col(&Writer::name) < "C").with(&Writer::articles, &Article::labels).all();
    // [end]
    EXPECT_EQ(read(writers), 6u);
}
void to_one_joined(session& s) {
    // [joined]
    const auto articles = s.query<Article>().with(joined(&Article::writer), joined(&Article::editor)).all();
    // [end]
    EXPECT_EQ(articles.size(), 4u);
}
void collection_joined(session& s) {
    // [joined_limit]
    const auto writers = s.query<Writer>().with(joined(&Writer::articles)).order_by(&Writer::name).limit(2).all();
    // [end]
    EXPECT_EQ(read(writers), 6u);
}
void as_subquery(session& s) {
    // [subquery]
    const auto writers = s.query<Writer>().where(col(&Writer::name) < "C").with(subquery(&Writer::articles)).all();
    // [end]
    EXPECT_EQ(read(writers), 6u);
}
void conditions(session& s) {
    // [where]
    const auto writers =
        s.query<Writer>().limit(2).with(selectin(&Writer::articles).where(col(&Article::views) > 10)).all();
    // [end]
    EXPECT_EQ(read(writers), 4u);
}
void best_of_each(session& s) {
    // [limit]
    const auto writers =
        s.query<Writer>().limit(2).with(selectin(&Writer::articles).order_by(desc(&Article::views)).limit(1)).all();
    // [end]
    EXPECT_EQ(read(writers), 4u);
}
void from_a_join(session& s) {
    // [contains_eager]
    const auto writers = s.query<Writer>()
                             .join(&Writer::articles)
                             .where(col(&Article::views) > 10)
                             .with(contains_eager(&Writer::articles))
                             .all();
    // [end]
    EXPECT_EQ(read(writers), 4u);
}
void some_columns(session& s) {
    // [only]
    const auto writers = s.query<Writer>().with(selectin(&Writer::articles).only(&Article::title)).all();
    // [end]
    EXPECT_EQ(read(writers), 8u);
}
void at_first_touch(session& s) {
    // [deferred]
    const auto scans = s.query<Scan>().all();
    for (const Scan& scan : scans) (void)scan.text->size();  // the first touch reads it for all
    const auto whole = s.query<Scan>().undefer(&Scan::text).all();
    // [end]
    EXPECT_EQ(whole.size(), 2u);
}
void never(session& s) {
    // [raise]
    const auto writers = s.query<Writer>().with(raise(all)).all();
    // [end]
    (void)thrown<raised_load>([&] { read(writers); });
}
void only_known(session& s) {
    // [raise_on_sql]
    const auto writers = s.query<Writer>().all();
    const auto articles = s.query<Article>().with(raise_on_sql(all)).all();
    for (const Article& a : articles) (void)a.writer->name;  // known: may be read
    // [end]
    (void)thrown<raised_load>([&] { (void)articles[0].labels.size(); });
}
void empty(session& s) {
    // [noload]
    const auto writers = s.query<Writer>().with(noload(&Writer::articles)).all();
    // [end]
    EXPECT_EQ(read(writers), 0u);
}
void added_only(session& s) {
    // [write_only]
    auto writer = s.query<Writer>().with(write_only(&Writer::articles)).first();
    writer->articles.push_back(Article{.title = "new"});
    s.flush();
    // [end]
    (void)thrown<raised_load>([&] { (void)writer->articles.size(); });
}
void levels(session& s) {
    // [depth]
    const auto roots =
        s.query<Folder>().where(col(&Folder::parent_id).is_null()).with(selectin(&Folder::children).depth(2)).all();
    // [end]
    EXPECT_EQ(roots[0].children[0].children.size(), 1u);
}
void part_and_whole(session& s) {
    // [content]
    const auto popular = s.query<Writer>().with(selectin(&Writer::articles).where(col(&Article::views) > 10)).all();
    read(popular);
    const auto writers = s.query<Writer>().all();  // says nothing of articles
    read(writers);                                 // a touch loads all of them
    // [end]
}
void later(session& s) {
    // [load]
    const auto writers = s.query<Writer>().all();
    s.load(writers, &Writer::articles);          // again, even if it is loaded
    s.load_missing(writers, &Writer::articles);  // loaded: nothing
    // [end]
    EXPECT_EQ(read(writers), 8u);
}

struct example {
    const char* name;
    void (*run)(session&);
};
constexpr example examples[] = {
    {"batch", batch_of_siblings},
    {"select", one_by_one},
    {"selectin", with_the_owners},
    {"joined", to_one_joined},
    {"joined_limit", collection_joined},
    {"subquery", as_subquery},
    {"where", conditions},
    {"limit", best_of_each},
    {"contains_eager", from_a_join},
    {"only", some_columns},
    {"deferred", at_first_touch},
    {"raise", never},
    {"raise_on_sql", only_known},
    {"noload", empty},
    {"write_only", added_only},
    {"depth", levels},
    {"content", part_and_whole},
    {"load", later},
};

std::string file(const std::string& path) {
    std::ifstream in{kin::test::source_file(path), std::ios::binary};
    EXPECT_TRUE(in) << path;
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// What stands between the two, which are there.
std::string_view between(std::string_view text, std::string_view open, std::string_view close) {
    const auto start = text.find(open);
    EXPECT_NE(start, text.npos) << open;
    if (start == text.npos) return {};
    text.remove_prefix(start + open.size());
    return text.substr(0, text.find(close));
}

class loading_page_test : public kin::test::with_database<All> {
  protected:
    loading_page_test() {
        run("INSERT INTO writer VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');"
            "INSERT INTO article VALUES (1, 1, 2, 'a1', 30), (2, 1, NULL, 'a2', 10), (3, 2, 1, 'b1', 20),"
            " (4, 3, NULL, 'c1', 5);"
            "INSERT INTO label VALUES (1, 'red'); INSERT INTO article_label VALUES (1, 1), (3, 1);"
            "INSERT INTO folder VALUES (1, NULL, 'r'), (2, 1, 'a'), (3, 2, 'aa');"
            "INSERT INTO scan VALUES (1, 'x', 'long'), (2, 'y', 'longer');");
    }

    /// The example's code, and what it sends.
    std::string text_of(const example& e, std::string_view source) {
        std::string out = "```cpp\n";
        std::istringstream code{std::string{between(source, "// [" + std::string{e.name} + "]\n", "    // [end]")}};
        for (std::string line; std::getline(code, line);) out += line.substr(4) + '\n';
        out += "```\n```sql\n";
        session s{db};
        log.clear();
        e.run(s);
        for (const auto& sent : log.entries()) {
            for (const char c : sent.sql) {
                if (c != '"') out += c;
            }
            if (!sent.parameters.empty()) out += "  -- " + sent.parameters;
            out += '\n';
        }
        return out + "```\n";
    }
};

TEST_F(loading_page_test, shows_what_is_sent) {
    // The page's statements are SQLite's: elsewhere they are worded in another way, but are as many.
    const bool sqlite = kin::test::engine_name() == "sqlite";
    const std::string source = file("tests/documents/loading_page_test.cpp");
    const std::string page = file("docs/loading.md");
    std::string now = page;
    for (const example& e : examples) {
        const std::string open = "<!-- generated: " + std::string{e.name} + " -->\n";
        const std::string_view old = between(now, open, "<!-- end -->");
        const std::string made = text_of(e, source);
        if (!sqlite) {
            EXPECT_EQ(std::count(old.begin(), old.end(), '\n'), std::count(made.begin(), made.end(), '\n'))
                << "docs/loading.md, " << e.name << made;
            continue;
        }
        EXPECT_EQ(old, made) << "docs/loading.md, " << e.name;
        now.replace(static_cast<std::size_t>(old.data() - now.data()), old.size(), made);
    }
    if (sqlite && std::getenv("KIN_UPDATE_GOLDEN") != nullptr) {
        std::ofstream{kin::test::source_file("docs/loading.md"), std::ios::binary} << now;
    }
}

}  // namespace
