// Rows that are removed and stay; keys of text, composite keys that share a column, a key to a unique column that the
// database follows; polymorphic keys.
#include <kin/morph.hpp>

#include "schemas/shapes.hpp"

namespace changing {
namespace {

struct Page;
struct Remark;
struct Volume {
    kin::key<Volume> id{};
    std::string label{};
    kin::has_many<Page> pages{};
};
struct Page {
    kin::key<Page> id{};
    std::string label{};
    std::optional<int> code{};
    std::optional<kin::key<Volume>> volume_id{};
    kin::soft_deleted_at deleted_at{};
    kin::belongs_to<Volume> volume{};
    kin::has_many<Remark, kin::owned> remarks{};
    static constexpr auto table = kin::table().unique("code");
};
struct Remark {
    kin::key<Remark> id{};
    std::string label{};
    int value{};
    kin::key<Page> page_id{};
    kin::soft_deleted_at deleted_at{};
    kin::belongs_to<Page> page{};
};

struct City;
struct Country {
    kin::key<Country> id{};
    std::string label{};
    std::string code{};
    kin::has_many<City, kin::via<"country_code">> cities{};
    static constexpr auto table = kin::table().unique("code");
};
struct City {
    kin::key<City> id{};
    std::string label{};
    int value{};
    std::optional<std::string> country_code{};
    kin::belongs_to<Country, kin::via<"country_code">> country{};
    static constexpr auto table = kin::table().foreign_key<Country>(kin::columns("country_code"), kin::columns("code"),
                                                                    kin::on_delete::no_action, kin::on_update::cascade);
};

struct Tenant {
    kin::key<Tenant> id{};
    std::string label{};
};
struct Task;
struct Worker {
    kin::key<Tenant> tenant_id{};
    int number{};
    std::string label{};
    kin::has_many<Task> tasks{};
    static constexpr auto table = kin::table().primary_key("tenant_id", "number");
};
struct Project {
    kin::key<Tenant> tenant_id{};
    int number{};
    std::string label{};
    kin::has_many<Task> tasks{};
    static constexpr auto table = kin::table().primary_key("tenant_id", "number");
};
struct Task {
    kin::key<Task> id{};
    std::string label{};
    int value{};
    kin::key<Tenant> tenant_id{};
    std::optional<int> worker_no{};
    std::optional<int> project_no{};
    kin::belongs_to<Tenant, kin::via<"tenant_id">> tenant{};
    kin::belongs_to<Worker> worker{};
    kin::belongs_to<Project> project{};
    static constexpr auto table = kin::table()
                                      .foreign_key<Worker>(kin::columns("tenant_id", "worker_no"))
                                      .foreign_key<Project>(kin::columns("tenant_id", "project_no"));
};

struct Note;
struct Article {
    kin::key<Article> id{};
    std::string label{};
    kin::morph_many<Note> notes{};
};
struct Video {
    kin::key<Video> id{};
    std::string label{};
    int value{};
    kin::morph_many<Note> notes{};
};
struct Note {
    kin::key<Note> id{};
    std::string label{};
    int value{};
    kin::morph_to<Article, Video, kin::nullable> about{};
};

struct Song;
struct Genre {
    kin::key<Genre, std::string> id{};
    std::string label{};
    int value{};
    kin::has_many<Song> songs{};
};
struct Song {
    kin::key<Song> id{};
    std::string label{};
    int value{};
    std::optional<kin::key<Genre, std::string>> genre_id{};
    kin::belongs_to<Genre> genre{};
};

template <class T>
std::vector<column> usual(std::vector<column> own = {}) {
    std::vector<column> all;
    if constexpr (requires(T t) { t.id; }) all.push_back(col<&T::id>("id", column::what::id));
    all.push_back(col<&T::label>("label", column::what::label));
    if constexpr (requires(T t) { t.value; }) all.push_back(col<&T::value>("value"));
    if constexpr (requires(T t) { t.deleted_at; })
        all.push_back(col<&T::deleted_at>("deleted_at", column::what::removed));
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

/// A morph_to leads to an article, a video, or nothing.
relation about(int article, int video) {
    static int articles = 0;
    articles = article;
    relation r{.is = relation::what::belongs_to, .name = "about"};
    r.targets = {article, video};
    r.loaded = [](const void* o) { return slot<&Note::about>(o).loaded(); };
    r.load = [](kin::session& s, const any_object& o, int how) {
        how == 2 ? s.load_missing(typed<Note>(o), &Note::about) : s.load(typed<Note>(o), &Note::about);
    };
    r.get = [](const void* o) {
        const auto& to = slot<&Note::about>(o);
        if (const auto found = to.handle<Article>()) return erase_type(found);
        return erase_type(to.handle<Video>());
    };
    r.set = [](void* o, int m, const any_object& target) {
        auto& to = slot<&Note::about>(o);
        if (!target) {
            to = nullptr;
        } else if (m == articles) {
            to = typed<Article>(target);
        } else {
            to = typed<Video>(target);
        }
    };
    r.copy = [](void* to, const void* from) { slot<&Note::about>(to) = slot<&Note::about>(from); };
    return r;
}

}  // namespace

void add_keys(collector& c) {
    c.shape("kept rows");
    const int volume = c.add<Volume>("Volume", "volume", usual<Volume>());
    const int page = c.add<Page>("Page", "page",
                                 usual<Page>({unique(col<&Page::code>("code")), col<&Page::volume_id>("volume_id")}));
    const int remark = c.add<Remark>("Remark", "remark", usual<Remark>({col<&Remark::page_id>("page_id")}));
    c.names(page, "volume_id", volume);
    c.names(remark, "page_id", page);
    c.key(page, {"volume_id"}, volume);
    c.child_side(c.last_key(), belongs_to<&Page::volume>("volume"));
    c.parent_side(c.last_key(), has_many<&Volume::pages>("pages"));
    c.key(remark, {"page_id"}, page);
    c.child_side(c.last_key(), belongs_to<&Remark::page>("page"));
    c.parent_side(c.last_key(), has_many<&Page::remarks>("remarks"), true);

    c.shape("on update");
    const int country = c.add<Country>("Country", "country", usual<Country>({unique(col<&Country::code>("code"))}));
    const int city = c.add<City>("City", "city", usual<City>({col<&City::country_code>("country_code")}));
    c.names(city, "country_code", country, "code");
    c.key(city, {"country_code"}, country, {"code"});
    c.child_side(c.last_key(), belongs_to<&City::country>("country"));
    c.parent_side(c.last_key(), has_many<&Country::cities>("cities"));

    c.shape("tenants");
    const int tenant = c.add<Tenant>("Tenant", "tenant", usual<Tenant>());
    const int worker = c.add<Worker>("Worker", "worker",
                                     usual<Worker>({col<&Worker::tenant_id>("tenant_id", column::what::key),
                                                    col<&Worker::number>("number", column::what::key)}));
    const int project = c.add<Project>("Project", "project",
                                       usual<Project>({col<&Project::tenant_id>("tenant_id", column::what::key),
                                                       col<&Project::number>("number", column::what::key)}));
    const int task = c.add<Task>(
        "Task", "task",
        usual<Task>({col<&Task::tenant_id>("tenant_id"), col<&Task::worker_no>("worker_no", column::what::key),
                     col<&Task::project_no>("project_no", column::what::key)}));
    for (const int m : {worker, project}) {
        c.at(m).key = {c.at(m).find("tenant_id"), c.at(m).find("number")};
        c.at(m).generated = false;
    }
    for (const int m : {worker, project, task}) {
        c.names(m, "tenant_id", tenant);
        c.key(m, {"tenant_id"}, tenant).by_hand = m != task;
        if (m == task) c.child_side(c.last_key(), belongs_to<&Task::tenant>("tenant"));
    }
    c.key(task, {"tenant_id", "worker_no"}, worker, {"tenant_id", "number"}).by_hand = false;
    c.child_side(c.last_key(), belongs_to<&Task::worker>("worker"));
    c.parent_side(c.last_key(), has_many<&Worker::tasks>("tasks"));
    c.key(task, {"tenant_id", "project_no"}, project, {"tenant_id", "number"}).by_hand = false;
    c.child_side(c.last_key(), belongs_to<&Task::project>("project"));
    c.parent_side(c.last_key(), has_many<&Project::tasks>("tasks"));

    c.shape("morph");
    const int article = c.add<Article>("Article", "article", usual<Article>());
    const int video = c.add<Video>("Video", "video", usual<Video>());
    const int note = c.add<Note>("Note", "note", usual<Note>());
    column to{.name = "about_id", .is = column::what::key, .nullable = true};
    c.at(note).columns.push_back(to);
    foreign_key& k = c.key(note, {"about_id"}, article);
    k.parents.push_back(video);
    k.by_hand = false;
    c.child_side(c.last_key(), about(article, video));
    c.parent_side(c.last_key(), has_many<&Article::notes>("notes"));
    c.parent_side(c.last_key(), has_many<&Video::notes>("notes"), false, video);

    c.shape("text keys");
    const int genre = c.add<Genre>("Genre", "genre", usual<Genre>());
    c.at(genre).generated = false;
    const int song = c.add<Song>("Song", "song", usual<Song>({col<&Song::genre_id>("genre_id")}));
    c.names(song, "genre_id", genre);
    c.key(song, {"genre_id"}, genre);
    c.child_side(c.last_key(), belongs_to<&Song::genre>("genre"));
    c.parent_side(c.last_key(), has_many<&Genre::songs>("songs"));
}

void create_keys(kin::database& db) {
    db.create<kin::models<Volume, Page, Remark, Country, City, Tenant, Worker, Project, Task, Article, Video, Note,
                          Genre, Song>>();
}

}  // namespace changing
