// A loaded graph, read through const by several threads at once: relations of every kind, and nothing is sent.
#include <thread>

#include "support/fixture.hpp"
#include "support/link_models.hpp"

namespace {

using namespace sample;
using linked::Article;
using linked::Enrolment;
using linked::Student;
using linked::Topic;

constexpr int threads = 8;
constexpr int rounds = 20;

/// What `read` gives in each of the threads, which has to be the same.
template <class Read>
std::size_t from_all_threads(Read read) {
    std::vector<std::size_t> sums(threads);
    std::vector<std::thread> all;
    for (std::size_t& sum : sums) {
        all.emplace_back([&sum, &read] {
            for (int round = 0; round < rounds; ++round) sum += read();
        });
    }
    for (std::thread& each : all) each.join();
    for (const std::size_t sum : sums) EXPECT_EQ(sum, sums[0]);
    return sums[0] / rounds;
}

using shared_reading = kin::test::with_database<Blog>;

TEST_F(shared_reading, of_parents_and_children) {
    {
        kin::session s{db};
        for (int u = 0; u < 50; ++u) {
            const std::string n = std::to_string(u);
            s.add(User{.name = n,
                       .email = n,
                       .posts = {{.title = "post", .comments = {{.text = "one"}, {.text = "three"}}}},
                       .profile = Profile{.text = "profile"}});
        }
        s.commit();
    }
    kin::rows<User> kept;
    {
        kin::session s{db};
        kept = s.query<User>().with(&User::posts, &Post::comments).with(&User::profile).order_by(&User::id).all();
        log.clear();
        const kin::rows<User>& users = kept;
        EXPECT_EQ(from_all_threads([&users] {
                      std::size_t sum = 0;
                      const kin::rows<User> mine = users;  // handles are counted from all threads
                      for (const User& u : mine) {
                          sum += u.profile->text.size();
                          for (const Post& p : u.posts) {
                              for (const Comment& c : p.comments) {
                                  sum += c.text.size() + (c.post->author->id == u.id ? 1u : 0u);
                              }
                          }
                      }
                      return sum;
                  }),
                  50u * (7 + 3 + 1 + 5 + 1));
    }
    // The same without the session.
    EXPECT_EQ(from_all_threads([&users = std::as_const(kept)] {
                  std::size_t sum = 0;
                  for (const User& u : users) sum += u.posts.size() + u.posts[0].comments.size();
                  return sum;
              }),
              150u);
    EXPECT_EQ(log.count(), 0u);
}

using shared_links = kin::test::with_database<linked::All>;

TEST_F(shared_links, of_pivots_and_association_objects) {
    kin::session s{db};
    const auto topic = s.add(Topic{.name = "c++"});
    const auto course = s.add(linked::Course{.title = "engines"});
    for (int i = 0; i < 40; ++i) {
        s.add(Article{.title = std::to_string(i), .topics = {topic}});
        s.add(Student{.name = std::to_string(i), .courses = {course}});
    }
    s.commit();
    kin::session t{db};
    const auto articles = t.query<Article>().with(&Article::topics, &Topic::articles).all();
    const auto students =
        t.query<Student>().with(&Student::courses).with(&Student::enrolments, &Enrolment::course).all();
    log.clear();
    EXPECT_EQ(from_all_threads([&] {
                  std::size_t sum = 0;
                  for (const Article& a : articles) {
                      for (const Topic& each : a.topics) sum += each.articles.size();
                  }
                  for (const Student& each : students) {
                      for (const auto& e : each.enrolments) sum += e.course->title.size();
                      sum += each.courses.size();
                  }
                  return sum;
              }),
              40u * 40 + 40u * 7 + 40u);
    EXPECT_EQ(log.count(), 0u);
}

}  // namespace
