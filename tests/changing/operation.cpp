#include "operation.hpp"

#include <cctype>

namespace changing {
namespace {

std::string way_of(const operation& op) {
    const std::string size = std::to_string(op.column);
    switch (question::way(op.how)) {
        case question::way::count:
            return "count()";
        case question::way::exists:
            return "exists()";
        case question::way::first:
            return "first()";
        case question::way::one:
            return "where(col(…::label) == \"n" + std::to_string(op.object) + "\").one_or_none()";
        case question::way::page:
            return "page(1, " + size + ") and the next ones";
        case question::way::after:
            return "after(\"\", " + size + ") and the next ones";
        case question::way::sum:
            return "select(sum(…::value)).value()";
        case question::way::stream:
            return "stream(" + size + ") to its end";
        case question::way::refresh:
            return "refresh().all()";
        case question::way::only:
            return "only(…::label).all()";
        default:
            return "all()";
    }
}

}  // namespace

std::string text_of(const operation& op, const std::vector<int>& models) {
    const schema& s = schema::get();
    const auto name = [&](int o) -> std::string {
        if (o <= 0) return "nullptr";
        std::string n = s.models[std::size_t(models[std::size_t(o)])].name;
        n[0] = char(std::tolower(n[0]));
        return n + std::to_string(o);
    };
    const auto type = [&](int m) { return s.models[std::size_t(m)].name; };
    const auto label = [&](int o) { return ".label = \"n" + std::to_string(o) + "\""; };
    const auto member = [&](int o) {
        return name(o) + "->" + (op.relation < 0 ? "?" : s.relations[std::size_t(op.relation)].name);
    };
    const auto key = [&]() -> const foreign_key& { return s.keys[std::size_t(op.relation)]; };
    const auto column = [&](int m, int c) { return s.models[std::size_t(m)].columns[std::size_t(c)].name; };
    const auto names = [&] {
        std::string all;
        for (const int o : op.list) all += (all.empty() ? "" : ", ") + name(o);
        return all;
    };
    const auto many_to_many = [&] { return s.relations[std::size_t(op.relation)].pivot >= 0; };
    const auto made = [&] { return "auto " + name(op.fresh) + " = "; };
    const auto looked = [&] {
        return op.mode == 0   ? "  // what is loaded is looked at"
               : op.mode == 1 ? "  // all is read"
               : op.mode == 2 ? "  // all is read, mutably, and queried"
                              : "  // all is expired and read again";
    };
    const std::string value = op.value.empty() ? "" : ", " + op.value;
    switch (op.what) {
        case does::add:
            return made() + "s.add(" + type(op.model) + "{" + label(op.fresh) + value + "});";
        case does::add_with:
            return made() + "s.add(" + type(op.model) + "{" + label(op.fresh) + value + ", ." +
                   s.relations[std::size_t(key().child_side)].name + " = " + name(op.other) + "});";
        case does::add_by_key: {
            std::string keys;
            for (const int o : op.list) keys += ", key of " + name(o);
            return made() + "s.add(" + type(op.model) + "{" + label(op.fresh) + value + keys + "});";
        }
        case does::push:
            return member(op.object) +
                   (!op.at_once      ? ".push_back("
                    : many_to_many() ? ".attach("
                                     : ".save(") +
                   name(op.other) + ");" + (op.fresh != 0 ? "  // may make " + name(op.fresh) : "");
        case does::push_new:
            if (op.at_once) return made() + member(op.object) + ".create({" + label(op.fresh) + value + "});";
            return made() + "s.handle(" + member(op.object) + ".push_back({" + label(op.fresh) + value + "}));";
        case does::erase:
            return member(op.object) + (op.at_once ? ".detach(" : ".erase(") + name(op.other) + ");";
        case does::clear_list:
            return member(op.object) + ".clear();";
        case does::assign_list:
            if (op.at_once) return member(op.object) + ".sync({" + names() + "});";
            return member(op.object) + " = {" + names() + "};";
        case does::copy_relation:
            return member(op.object) + " = " + member(op.other) + ";";
        case does::swap_lists:
            return "std::swap(" + member(op.object) + ", " + member(op.other) + ");";
        case does::set_one:
            if (op.at_once) return member(op.object) + ".save(" + name(op.other) + ");  // or associate, dissociate";
            return member(op.object) + " = " + name(op.other) + ";";
        case does::set_new:
            if (op.at_once)
                return made() + member(op.object) + ".create({" + label(op.fresh) + value + "});  // or associate";
            return member(op.object) + " = {" + label(op.fresh) + value + "};  // " + name(op.fresh);
        case does::set_key:
            return name(op.object) + "->" + column(key().child, key().columns.back()) + " = " +
                   (op.other == 0 ? "std::nullopt" : "key of " + name(op.other)) + ";";
        case does::set_value:
            return name(op.object) + "->" + column(models[std::size_t(op.object)], op.column) + " = " + op.value + ";";
        case does::merge:
            return "s.merge(" + type(models[std::size_t(op.object)]) + "{key of " + name(op.object) + ", ." +
                   column(models[std::size_t(op.object)], op.column) + " = " + op.value +
                   (op.relation < 0 ? std::string{}
                                    : ", ." + s.relations[std::size_t(op.relation)].name + " = " + name(op.other)) +
                   "});";
        case does::remove:
            return "s.remove(" + name(op.object) + ");";
        case does::remove_for_good:
            return "s.remove_for_good(" + name(op.object) + ");";
        case does::add_again:
            return "s.add(" + name(op.object) + ");";
        case does::restore:
            return "s.restore(" + name(op.object) + ");";
        case does::touch:
            if (op.how != 0)
                return std::string{op.how == 1   ? "s.load("
                                   : op.how == 2 ? "s.load_missing("
                                                 : "s.refresh("} +
                       name(op.object) + ", &" + type(models[std::size_t(op.object)]) +
                       "::" + s.relations[std::size_t(op.relation)].name + ");";
            return "(void)" + std::string{op.mode == 0 ? "std::as_const(*" : "(*"} + name(op.object) + ")." +
                   s.relations[std::size_t(op.relation)].name + ";  // read";
        case does::get:
            return "(void)s.get<" + type(models[std::size_t(op.object)]) + ">(key of " + name(op.object) + ");";
        case does::query:
            return "(void)s.query<" + type(op.model) + ">()." + way_of(op) + ";";
        case does::look_back:
            return "(void)s.history(" + name(op.object) + ", …);";
        case does::refresh:
            return "s.refresh(" + name(op.object) +
                   (op.how == 0 ? ""
                                : ", &" + type(models[std::size_t(op.object)]) +
                                      "::" + column(models[std::size_t(op.object)], op.column)) +
                   ");";
        case does::expunge:
            return "s.expunge(" + name(op.object) + ");  // and all that is loaded around it";
        case does::write_set: {
            const std::string where = op.object == 0 ? "" : ".where(it is " + name(op.object) + ")";
            const std::string then = op.other == 0 ? "  s.expire_all();" : "  (void)s.query<…>().refresh().all();";
            switch (set_write::what(op.how)) {
                case set_write::what::remove:
                    return "s.query<" + type(op.model) + ">()" + where + ".remove();" + then;
                case set_write::what::remove_for_good:
                    return "s.query<" + type(op.model) + ">()" + where + ".remove_for_good();" + then;
                case set_write::what::restore:
                    return "s.query<" + type(op.model) + ">()" + where + ".restore();" + then;
                case set_write::what::sql:
                    return "s.execute(\"UPDATE " + type(op.model) + " SET " + column(op.model, key().columns.back()) +
                           " = \" + " + (op.fresh_parent == 0 ? "NULL" : "key of " + name(op.fresh_parent)) + " of " +
                           name(op.object) + ");" + then;
                default:
                    return "s.query<" + type(op.model) + ">()" + where + ".update(" + column(op.model, op.column) +
                           " = " + op.value + ");" + then;
            }
        }
        case does::expire:
            return "s.expire(" + name(op.object) + ");";
        case does::expire_all:
            return "s.expire_all();";
        case does::clear:
            return "s.clear();  // and all is found again by get";
        case does::flush:
            return std::string{"s.flush();"} + looked();
        case does::commit:
            return std::string{"s.commit();"} + looked();
        case does::rollback:
            return std::string{"s.rollback();"} + looked();
        case does::savepoint:
            return std::string{"points.push_back(s.savepoint());"} + looked();
        case does::release:
            return std::string{"points.back().release(), points.pop_back();"} + looked();
        case does::rollback_to:
            return std::string{op.how == 0 ? "points.back().rollback(), " : ""} + "points.pop_back();" + looked();
        case does::autoflush:
            return std::string{"s.autoflush("} + (op.mode != 0 ? "true" : "false") + ");";
        case does::arm_hook:
            return "the " + std::to_string(op.mode) + ". before_… hook changes value and throws;";
        default:
            return "another session goes on (expire_all)";
    }
}

}  // namespace changing
