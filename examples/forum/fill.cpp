// What stands in the forum, written through relations.
#include "forum.hpp"
#include "models.hpp"

namespace forum {

using namespace kin::expr;

void fill(kin::database& db) {
    db.create<All>();
    kin::session s{db};
    auto england = s.add(Country{.name = "England"});
    auto france = s.add(Country{.name = "France"});
    auto ada = england->users.create(User{.name = "Ada"});
    auto charles = england->users.create(User{.name = "Charles"});
    auto joseph = france->users.create(User{.name = "Joseph"});

    ada->posts.create_many({{.title = "On engines"}, {.title = "Notes on notes"}});
    joseph->posts.create(Post{.title = "On looms"});
    auto guest = s.add(Post{.title = "Hello?"});
    auto film = charles->videos.create(Video{.title = "The engine runs", .seconds = 42});

    auto engines = ada->posts.first_or_create(Post{.title = "On engines"}, &Post::title);
    auto looms = joseph->posts.where(col(&Post::title) == "On looms").one();
    for (const char* name : {"card", "engine", "loom", "number"}) s.add(Tag{.name = name});
    s.flush();
    const auto tag = [&](const char* name) { return s.query<Tag>().where(col(&Tag::name) == name).one(); };
    engines->tags.attach({tag("engine"), tag("number")}, {.added_by = "Ada"});
    looms->tags.attach({{tag("loom"), {.added_by = "Joseph", .position = 1}},
                        {tag("card"), {.added_by = "Joseph", .position = 2}},
                        {tag("engine"), {.added_by = "Ada", .position = 3}}});
    looms->tags.update_existing_pivot(tag("card"), {.added_by = "Charles"});

    engines->comments.push_back(
        Comment{.text = "How many wheels?",
                .author = charles,
                .answers = {{.text = "All of them.", .author = ada, .answers = {{.text = "Oh.", .author = charles}}},
                            {.text = "More than it has cards.", .author = joseph}}});
    engines->comments.push_back(Comment{.text = "First!", .author = joseph});
    film->comments.push_back(Comment{.text = "It rattles.", .author = ada});
    guest->comments.push_back(Comment{.text = "Who is there?", .author = ada});
    s.commit();
}

}  // namespace forum
