// The arguments of kin-inspect, and what it does with them.
#include "program.hpp"

#include <exception>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

#include <kin/engine/connection.hpp>
#include <kin/engine/registry.hpp>
#include <kin/schema/diagram.hpp>
#include <kin/schema/inspect.hpp>

#include "plan.hpp"

namespace kin::reverse {

namespace {

struct arguments {
    std::string url{};
    schema::inspect_options what{};
    std::string style = "full";
    std::string diagram{};  // empty: models
    std::string name_space{};
    std::string output{};
    bool without_rows = false;
};

/// Without what only those who may connect should see.
std::string shown(const std::string& url) {
    const std::size_t at = url.rfind('@');
    const std::size_t scheme = url.find("://");
    std::string text = url;
    if (at != std::string::npos && scheme != std::string::npos && scheme < at) {
        text = url.substr(0, scheme + 3) + url.substr(at + 1);
    }
    return text.substr(0, text.find('?'));
}

void write(const arguments& a, const std::string& text, std::ostream& out) {
    if (a.output.empty() || a.output == "-") {
        out << text << std::flush;
        return;
    }
    std::ofstream file{a.output, std::ios::binary};
    file << text;
    file.close();
    if (!file) throw std::runtime_error{"cannot write " + a.output};
}

void run(const arguments& a, std::ostream& out) {
    engine::connection on{engine::open_driver(engine::url::parse(a.url))};
    schema::catalogue all = schema::inspect(on, a.what);
    if (all.tables.empty() && all.views.empty()) {
        throw std::runtime_error{"there is no table " + std::string{a.what.tables.empty() ? "" : "of these names "} +
                                 "in " + shown(a.url)};
    }
    if (!a.diagram.empty()) {
        write(a,
              a.diagram == "svg"   ? schema::svg(all)
              : a.diagram == "dot" ? schema::dot(all)
                                   : schema::mermaid(all),
              out);
        return;
    }
    if (&on.dialect() == &sql::mariadb_dialect()) all.enums = enums_in_columns(all);
    model_options options{.members_as_columns = a.style == "columns",
                          .describe = a.style != "queries",
                          .name_space = a.name_space,
                          .from = shown(a.url)};
    const auto facts = a.without_rows ? all_facts{} : read_facts(on, all);
    write(a, write_models(plan_models(all, on.dialect(), facts, options), options), out);
}

}  // namespace

int inspect_program(int argc, const char* const* argv, std::ostream& out, std::ostream& problems) {
    CLI::App app{"Reads the tables of a database and writes them as models of Kin, with their relations."};
    arguments a;
    app.add_option("url", a.url, "sqlite:shop.db, postgresql://user@host/shop, mariadb://user@host/shop")->required();
    app.add_option("--schema", a.what.schemas, "schemas to read; else the one where names are looked up");
    app.add_option("--tables", a.what.tables, "tables to read, * stands for any letters")->delimiter(',');
    app.add_option(
           "--style", a.style,
           "full: all that a model can say; queries: what queries need; columns: as full, members are called as "
           "their columns")
        ->check(CLI::IsMember({"full", "queries", "columns"}));
    app.add_option("--diagram", a.diagram, "a diagram instead of models; svg wants Graphviz's program dot")
        ->check(CLI::IsMember({"svg", "dot", "mermaid"}));
    app.add_option("--namespace", a.name_space, "around the models");
    app.add_option("-o,--output", a.output, "the file to write; else the standard output");
    app.add_flag(
        "--without-rows", a.without_rows,
        "do not look at rows; else they say what SQLite's columns hold, and what tells rows without a key apart");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e, out, problems);
    }
    try {
        run(a, out);
        return 0;
    } catch (const std::exception& e) {
        problems << "kin-inspect: " << e.what() << '\n';
        return 1;
    }
}

}  // namespace kin::reverse
