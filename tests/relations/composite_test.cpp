// Composite keys in every kind of relation and every way of loading; keys that share a column, a tenant's number.
#include <utility>

#include "support/fixture.hpp"

namespace composite {

struct Task;
struct Plan;
struct Project {
    std::int64_t tenant{};
    std::int64_t number{};
    std::string name{};
    kin::has_many<Task> tasks{};
    kin::has_one<Plan> plan{};

    static constexpr auto table = kin::table().primary_key("tenant", "number");
};

struct Plan {
    std::int64_t tenant{};
    std::int64_t number{};
    std::optional<std::int64_t> project_number{};
    std::string text{};
    kin::belongs_to<Project> project{};

    static constexpr auto table =
        kin::table().primary_key("tenant", "number").foreign_key<Project>(kin::columns("tenant", "project_number"));
};

struct Mark;
struct Marking;
struct Task {
    std::int64_t tenant{};
    std::int64_t number{};
    std::optional<std::int64_t> project_number{};
    std::optional<std::int64_t> above_number{};
    std::string name{};
    kin::belongs_to<Project> project{};
    kin::belongs_to<Task> above{};
    kin::has_many<Task> below{};
    kin::many_to_many<Mark, Marking> marks{};

    static constexpr auto table = kin::table()
                                      .primary_key("tenant", "number")
                                      .foreign_key<Project>(kin::columns("tenant", "project_number"))
                                      .foreign_key<Task>(kin::columns("tenant", "above_number"));
};

struct Mark {
    std::int64_t tenant{};
    std::int64_t number{};
    std::string text{};
    kin::many_to_many<Task, Marking> tasks{};

    static constexpr auto table = kin::table().primary_key("tenant", "number");
};

/// Both of its keys hold the tenant.
struct Marking {
    std::int64_t tenant{};
    std::int64_t task_number{};
    std::int64_t mark_number{};
    kin::belongs_to<Task> task{};
    kin::belongs_to<Mark> mark{};

    static constexpr auto table = kin::table()
                                      .primary_key("tenant", "task_number", "mark_number")
                                      .foreign_key<Task>(kin::columns("tenant", "task_number"))
                                      .foreign_key<Mark>(kin::columns("tenant", "mark_number"));
};

using All = kin::models<Project, Plan, Task, Mark, Marking>;

}  // namespace composite

using namespace composite;

namespace {

class composites : public kin::test::with_database<> {
  protected:
    composites() {
        db.create<All>();
        run("INSERT INTO project(tenant, number, name) VALUES (1, 1, 'engine'), (1, 2, 'loom'), (2, 1, 'other');"
            "INSERT INTO plan(tenant, number, project_number, text) VALUES (1, 1, 1, 'a'), (1, 2, NULL, 'b'), "
            "(2, 1, 1, 'c');"
            "INSERT INTO task(tenant, number, project_number, above_number, name) VALUES (1, 1, 1, NULL, 'top'), "
            "(1, 2, 1, 1, 'left'), (1, 3, 2, 1, 'right'), (1, 4, NULL, NULL, 'free'), (2, 1, 1, NULL, 'theirs');"
            "INSERT INTO mark(tenant, number, text) VALUES (1, 1, 'red'), (1, 2, 'blue'), (2, 1, 'green');"
            "INSERT INTO marking(tenant, task_number, mark_number) VALUES (1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1);");
        log.clear();
    }
    template <class Collection>
    static std::string names(const Collection& c) {
        std::string all;
        for (const auto& each : c) {
            if constexpr (requires { each.name; }) {
                all += each.name + " ";
            } else {
                all += each.text + " ";
            }
        }
        return all;
    }
    std::string tasks() {
        return rows("SELECT tenant, number, project_number, above_number FROM task ORDER BY tenant, number");
    }
    std::string markings() { return rows("SELECT * FROM marking ORDER BY 1, 2, 3"); }

    kin::session s{db};
};

TEST_F(composites, lazy_loads_serve_all_siblings) {
    const auto projects = s.query<Project>().order_by(&Project::tenant).order_by(&Project::number).all();
    log.clear();
    EXPECT_EQ(names(projects[0].tasks), "top left ");
    EXPECT_EQ(names(projects[1].tasks), "right ");
    EXPECT_EQ(names(projects[2].tasks), "theirs ");
    EXPECT_EQ(log.count(), 1u);
    EXPECT_EQ(projects[0].plan->text, "a");
    EXPECT_FALSE(projects[1].plan);
    EXPECT_EQ(projects[2].plan->text, "c");
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(projects[0].plan->project.get(), &projects[0]);
    EXPECT_EQ(log.count(), 2u);  // the other side knew it
    EXPECT_EQ(names(projects[0].tasks[0].below), "left right ");
    EXPECT_EQ(log.count(), 3u);
    EXPECT_EQ(projects[1].tasks[0].above.get(), &projects[0].tasks[0]);
    EXPECT_EQ(names(projects[0].tasks[0].marks), "red blue ");
    EXPECT_EQ(names(projects[2].tasks[0].marks), "green ");
    EXPECT_EQ(log.count(), 4u);
    EXPECT_EQ(names(projects[0].tasks[0].marks[0].tasks), "top left ");
    EXPECT_EQ(log.count(), 5u);
}

TEST_F(composites, eager_loads_take_a_statement_for_each_level) {
    const auto projects = s.query<Project>()
                              .with(&Project::tasks, &Task::below)
                              .with(&Project::tasks, &Task::marks)
                              .with(&Project::plan)
                              .all();
    EXPECT_EQ(log.count(), 5u);
    EXPECT_EQ(names(projects[0].tasks[0].below), "left right ");
    EXPECT_EQ(names(projects[0].tasks[0].marks), "red blue ");
    EXPECT_EQ(projects[0].plan->text, "a");
    EXPECT_EQ(log.count(), 5u);
    s.clear();
    log.clear();
    const auto all = s.query<Task>().with(&Task::project, &Project::plan).with(&Task::above).all();
    EXPECT_EQ(log.count(), 3u);  // what is above them is among them
    for (const Task& t : all) {
        if (t.name != "right") continue;
        EXPECT_EQ(t.above->name, "top");
        EXPECT_EQ(t.project->name, "loom");
    }
    EXPECT_EQ(log.count(), 3u);
}

TEST_F(composites, every_strategy_gives_the_same_graph) {
    const auto graph = [](const kin::rows<Project>& projects) {
        std::string all;
        for (const Project& p : projects) {
            all += p.name + (p.plan ? "/" + p.plan->text : "") + "(";
            for (const Task& t : p.tasks) {
                all += t.name + ":" + (t.above ? t.above->name : "-") + "{" + names(t.marks) + "} ";
            }
            all += ") ";
        }
        return all;
    };
    const std::string whole =
        "engine/a(top:-{red blue } left:top{red } ) loom(right:top{} ) other/c(theirs:-{green } ) ";
    using kin::load;
    for (const auto& [how, statements] :
         {std::pair{load::batch, 4u}, {load::selectin, 5u}, {load::subquery, 5u}, {load::joined, 2u}}) {
        kin::session s{db};
        log.clear();
        kin::loading<Project, Task> tasks{kin::detail::relation_of(&Project::tasks), how};
        tasks.with(kin::loading<Task, Task>{kin::detail::relation_of(&Task::above), how},
                   kin::loading<Task, Mark>{kin::detail::relation_of(&Task::marks), how});
        const auto projects =
            s.query<Project>()
                .with(tasks, kin::loading<Project, Plan>{kin::detail::relation_of(&Project::plan), how})
                .order_by(&Project::tenant, &Project::number)
                .all();
        EXPECT_EQ(graph(projects), whole) << static_cast<int>(how);
        EXPECT_LE(log.count(), statements) << static_cast<int>(how) << log.text();
    }
    kin::session s{db};
    const auto limited =
        s.query<Project>()
            .with(kin::expr::selectin(&Project::tasks).order_by(kin::expr::desc(&Task::number)).limit(1))
            .order_by(&Project::tenant, &Project::number)
            .all();
    EXPECT_EQ(names(limited[0].tasks), "left ");
    EXPECT_EQ(names(limited[2].tasks), "theirs ");
}

TEST_F(composites, a_key_of_which_a_part_is_null_costs_no_query) {
    const auto free = s.query<Task>().where(kin::expr::col(&Task::name) == "free").one();
    const auto plan = s.query<Plan>().where(kin::expr::col(&Plan::text) == "b").one();
    log.clear();
    EXPECT_FALSE(std::as_const(*free).project);
    EXPECT_FALSE(std::as_const(*free).above);
    EXPECT_FALSE(std::as_const(*plan).project);
    EXPECT_EQ(log.count(), 0u);
}

TEST_F(composites, a_graph_takes_its_keys_from_its_parents) {
    s.add(Project{.tenant = 3,
                  .number = 7,
                  .name = "new",
                  .tasks = {{.number = 1, .name = "top", .marks = {{.tenant = 3, .number = 5, .text = "new"}}},
                            {.number = 2, .name = "second"}},
                  .plan = Plan{.number = 4, .text = "new"}});
    s.commit();
    EXPECT_EQ(log.count(), 5u);
    EXPECT_EQ(rows("SELECT number, project_number, name FROM task WHERE tenant = 3 ORDER BY number"),
              "1|7|top; 2|7|second");
    EXPECT_EQ(rows("SELECT number, project_number FROM plan WHERE tenant = 3"), "4|7");
    EXPECT_EQ(rows("SELECT task_number, mark_number FROM marking WHERE tenant = 3"), "1|5");
}

TEST_F(composites, what_loses_its_parent_keeps_its_tenant) {
    const auto engine = s.get<Project>({1, 1});
    const auto loom = s.get<Project>({1, 2});
    const auto top = s.get<Task>({1, 1});
    const auto left = s.get<Task>({1, 2});
    left->project = loom;
    left->above = nullptr;
    EXPECT_EQ(names(std::as_const(*engine).tasks), "top ");
    engine->plan = nullptr;
    loom->tasks.erase(s.get<Task>({1, 3}));
    s.commit();
    EXPECT_EQ(tasks(), "1|1|1|NULL; 1|2|2|NULL; 1|3|NULL|1; 1|4|NULL|NULL; 2|1|1|NULL");
    EXPECT_EQ(rows("SELECT tenant, number, project_number FROM plan ORDER BY 1, 2"), "1|1|NULL; 1|2|NULL; 2|1|1");
    s.remove(loom);
    s.remove(top);
    log.clear();
    s.commit();
    EXPECT_EQ(tasks(), "1|2|NULL|NULL; 1|3|NULL|NULL; 1|4|NULL|NULL; 2|1|1|NULL");
    EXPECT_EQ(left->project_number, std::nullopt);
    EXPECT_EQ(left->tenant, 1);
    EXPECT_EQ(markings(), "1|2|1; 2|1|1");
}

TEST_F(composites, links_whose_keys_share_a_column) {
    s.autoflush(false);
    const auto left = s.get<Task>({1, 2});
    const auto free = s.get<Task>({1, 4});
    const auto red = s.get<Mark>({1, 1});
    const auto blue = s.get<Mark>({1, 2});
    left->marks.erase(red);
    left->marks.push_back(blue);
    red->tasks.push_back(free);
    free->marks.push_back(red);  // a pair exists once
    log.clear();
    s.commit();
    EXPECT_EQ(log.count(), 2u);
    EXPECT_EQ(markings(), "1|1|1; 1|1|2; 1|2|2; 1|4|1; 2|1|1");
    EXPECT_EQ(names(std::as_const(*red).tasks), "top free ");
    s.remove(s.get<Marking>({1, 4, 1}));
    EXPECT_TRUE(std::as_const(*free).marks.empty());
    s.remove(blue);
    s.commit();
    EXPECT_EQ(markings(), "1|1|1; 2|1|1");
    EXPECT_TRUE(std::as_const(*left).marks.empty());
}

}  // namespace
