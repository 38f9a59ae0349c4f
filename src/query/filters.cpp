// Filters from a request: names and texts, verified against the mapping.
#include <kin/query/filters.hpp>

#include <algorithm>
#include <charconv>

#include <kin/sql/compare.hpp>
#include <kin/value/parsing.hpp>
#include <kin/value/traits.hpp>

#include "graph/blank_object.hpp"
#include "mapping/dotted.hpp"
#include "query/load_options.hpp"
#include "query/query_plan.hpp"

namespace kin::detail {

void apply(query_plan& plan, const filter_data& f, bool limits) {
    restrict_to(plan, f.where);
    if (!limits) return;
    for (const sql::ordering& by : f.order) order(plan, by);
    if (f.limit) limit(plan, *f.limit);
    if (f.offset) offset(plan, *f.offset);
    if (f.lock != sql::row_lock::none) {
        lock(plan, f.lock, f.locked);
        refresh(plan);
    }
    load_with(plan, f.loads);
}

namespace {

/// Databases differ in whether LIKE cares for case.
sql::expr like(const sql::expr& column, std::string_view text, sql::match how) {
    const sql::expr pattern = sql::like_text(column, text, how);
    const auto low = [](const sql::expr& e) { return sql::function("lower", {e}); };
    return sql::binary(sql::op::like, low(pattern->args[0]), low(pattern->args[1]));
}

}  // namespace

sql::expr searched(const std::vector<sql::expr>& columns, std::string_view text, bool negated) {
    sql::expr any;
    for (const sql::expr& c : columns) {
        const sql::expr found = like(c, text, sql::match::contains);
        // A column without a value is like nothing.
        any = negated ? sql::both(any, sql::either(sql::unary(sql::op::is_null, c), sql::negated(found)))
                      : sql::either(any, found);
    }
    return any;
}

namespace {

class filter_reader {
  public:
    filter_reader(const mapping::model& m, const filter_names& rules, const site& where)
        : model_{m}, rules_{rules}, where_{where} {}

    filter_data read(const std::vector<filter_names::pair>& said) {
        refuse_hidden(model_, rules_);
        if (said.size() > rules_.most_conditions) {
            throw conversion_error{"a list was asked for by " + std::to_string(said.size()) + " names, and at most " +
                                       std::to_string(rules_.most_conditions) + " are taken: kin::filter_rules<" +
                                       model_.name + ">{}.at_most(…)",
                                   {.where = where_}};
        }
        for (const auto& [name, text] : said) {
            mapping::require_short(name, where_);
            if (name == "order_by") {
                add_order(text);
            } else if (name == "search") {
                search(text);
            } else if (name == "page") {
                page_ = whole(name, text, 1);
            } else if (name == "page_size" || name == "limit") {
                size_ = std::min(whole(name, text, 1), rules_.largest_page);
            } else if (name == "offset") {
                data_.offset = whole(name, text, 0);
            } else {
                data_.where = sql::both(data_.where, condition(name, text));
            }
        }
        if (page_ && data_.offset) throw usage_error{"a page has no offset: ask for one of them", {.where = where_}};
        if (page_ || size_) data_.limit = size_.value_or(rules_.page_size);
        if (page_) data_.offset = (*page_ - 1) * *data_.limit;
        if (data_.offset && !data_.limit) data_.limit = rules_.page_size;
        return std::move(data_);
    }

  private:
    [[nodiscard]] std::int64_t whole(std::string_view name, std::string_view text, std::int64_t least) const {
        constexpr std::int64_t most = 1'000'000'000;
        const value v = parsed(name, text, kind::int64);
        if (v.integer() >= least && v.integer() <= most) return v.integer();
        throw conversion_error{std::string{name} + "=" + std::string{text.substr(0, 40)} + ": a number from " +
                                   std::to_string(least) + " to " + std::to_string(most) + " is expected",
                               {.where = where_}};
    }
    [[nodiscard]] value parsed(std::string_view name, std::string_view text, kind type) const {
        try {
            return parse_value(text, type, where_);
        } catch (const conversion_error& e) {
            throw conversion_error{mapping::shown(name) + ": " + e.message(), {.where = where_}};
        }
    }

    /// As the column's codec understands it, and as it is stored: what it has no room for is found here.
    [[nodiscard]] value parsed(std::string_view name, std::string_view text, const mapping::model& m,
                               const mapping::column& c) const {
        const value v = parsed(name, text, c.io.type);
        const blank_object trial{*m.type};
        try {
            load_value(c.io, trial.at, v.view());
            return store_value(c.io, trial.at);
        } catch (const conversion_error& e) {
            throw conversion_error{mapping::shown(name) + ": " + e.message(), {.where = where_}};
        }
    }

    static bool allowed(const mapping::column& c, const filter_names& rules) {
        if (c.io.hidden) return false;
        return rules.every || std::find(rules.allowed.begin(), rules.allowed.end(), c.io.offset) != rules.allowed.end();
    }
    static void list(const mapping::model& m, const filter_names& rules, const std::string& prefix, std::string& to) {
        for (const mapping::column& each : m.columns) {
            if (allowed(each, rules)) to += (to.empty() ? "" : ", ") + prefix + each.name;
        }
        for (const auto& [offset, further] : rules.beyond) {
            const mapping::relation* r = m.relation_at(offset);
            if (r != nullptr && r->target != nullptr) list(*r->target, further, prefix + r->name + ".", to);
        }
    }
    [[noreturn]] void unknown(std::string_view name) const {
        std::string names;
        list(model_, rules_, {}, names);
        throw unknown_name{
            model_.name + " cannot be filtered by '" + mapping::shown(name) +
                (names.empty() ? "': its rules open no column: kin::filter_rules<" + model_.name + ">{}.columns(…)"
                               : "'; the columns are: " + names),
            {.where = where_}};
    }
    [[nodiscard]] const mapping::column& column(std::string_view name) const {
        const mapping::column* c = model_.find_column(name);
        if (c == nullptr || !allowed(*c, rules_)) unknown(name);
        return *c;
    }
    /// A hidden column that the program itself has opened is a mistake of the program's.
    void refuse_hidden(const mapping::model& m, const filter_names& rules) const {
        for (const auto* offsets : {&rules.allowed, &rules.searched}) {
            for (const std::size_t offset : *offsets) {
                const mapping::column* c = m.column_at(offset);
                if (c == nullptr || !c->io.hidden) continue;
                throw usage_error{m.name + "." + c->name + " is hidden: no filter from outside may name it",
                                  {.where = where_}};
            }
        }
        for (const auto& [offset, further] : rules.beyond) {
            const mapping::relation* r = m.relation_at(offset);
            if (r != nullptr && r->target != nullptr) refuse_hidden(*r->target, further);
        }
    }

    /// `name`, `name__ge`, `author.name__contains`.
    [[nodiscard]] sql::expr condition(std::string_view said, std::string_view text) const {
        std::string_view name = said;
        std::string_view how;
        if (const std::size_t at = said.rfind("__"); at != std::string_view::npos && at > 0) {
            if (model_.find_column(said) == nullptr) {
                name = said.substr(0, at);
                how = said.substr(at + 2);
            }
        }
        // Step by step, as far as the rules go: what they do not open is not even looked for.
        const mapping::model* m = &model_;
        const filter_names* rules = &rules_;
        std::vector<const mapping::relation*> path;
        std::string_view left = name;
        for (std::size_t dot = left.find('.'); dot != std::string_view::npos; dot = left.find('.')) {
            const std::string_view step = left.substr(0, dot);
            const auto next = std::find_if(rules->beyond.begin(), rules->beyond.end(), [&](const auto& each) {
                const mapping::relation* r = m->relation_at(each.first);
                return r != nullptr && r->target != nullptr && r->name == step;
            });
            if (next == rules->beyond.end()) unknown(name);
            path.push_back(m->relation_at(next->first));
            m = path.back()->target;
            rules = &next->second;
            left.remove_prefix(dot + 1);
        }
        const mapping::column* c = m->find_column(left);
        if (c == nullptr || !allowed(*c, *rules)) unknown(name);
        const sql::expr found = compared(*m, *c, said, how, text);
        return path.empty() ? found : existing(path, found, false, where_);
    }

    [[nodiscard]] sql::expr compared(const mapping::model& m, const mapping::column& c, std::string_view said,
                                     std::string_view how, std::string_view text) const {
        const sql::expr subject = sql::column(&m, c.name);
        struct comparison {
            std::string_view name;
            sql::op what;
        };
        static constexpr comparison comparisons[] = {
            {"", sql::op::equal},           {"eq", sql::op::equal},      {"ne", sql::op::not_equal},
            {"lt", sql::op::less},          {"le", sql::op::less_equal}, {"gt", sql::op::greater},
            {"ge", sql::op::greater_equal},
        };
        for (const comparison& each : comparisons) {
            if (each.name == how) return sql::binary(each.what, subject, sql::literal(parsed(said, text, m, c)));
        }
        if (how == "null") {
            return sql::unary(
                parsed(said, text, kind::boolean).integer() != 0 ? sql::op::is_null : sql::op::is_not_null, subject);
        }
        if (how == "in" || how == "not_in") {
            const auto commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
            if (commas >= rules_.most_values) {
                throw conversion_error{mapping::shown(said) + ": a list of " + std::to_string(commas + 1) +
                                           " values, and at most " + std::to_string(rules_.most_values) +
                                           " are taken: kin::filter_rules<" + model_.name + ">{}.at_most(…)",
                                       {.where = where_}};
            }
            std::vector<sql::expr> args{subject};
            for (std::string_view left = text; !left.empty();) {
                const std::size_t comma = left.find(',');
                args.push_back(sql::literal(parsed(said, left.substr(0, comma), m, c)));
                left = comma == std::string_view::npos ? std::string_view{} : left.substr(comma + 1);
            }
            return sql::list(how == "in" ? sql::op::in : sql::op::not_in, std::move(args));
        }
        if (how == "contains" || how == "not_contains" || how == "starts_with" || how == "ends_with") {
            if (c.io.type != kind::text) {
                throw usage_error{
                    mapping::shown(said) + ": only text is searched, and " + m.name + "." + c.name + " is none",
                    {.where = where_}};
            }
            if (how == "contains" || how == "not_contains") return searched({subject}, text, how != "contains");
            return like(subject, text, how == "ends_with" ? sql::match::ends_with : sql::match::starts_with);
        }
        throw unknown_name{mapping::shown(said) +
                               ": the comparisons are eq, ne, lt, le, gt, ge, in, not_in, contains, not_contains, "
                               "starts_with, ends_with, null",
                           {.where = where_}};
    }

    void search(std::string_view text) {
        if (rules_.searched.empty()) {
            throw usage_error{
                "nothing says which columns of " + model_.name + " a search looks into: filter_rules<…>.search(…)",
                {.where = where_}};
        }
        std::vector<sql::expr> columns;
        for (const std::size_t offset : rules_.searched) {
            columns.push_back(sql::column(&model_, model_.column_at(offset)->name));
        }
        data_.where = sql::both(data_.where, searched(columns, text, false));
    }

    void add_order(std::string_view names) {
        while (!names.empty()) {
            const std::size_t comma = names.find(',');
            std::string_view name = names.substr(0, comma);
            names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 1);
            const bool descending = !name.empty() && name.front() == '-';
            if (descending) name.remove_prefix(1);
            const mapping::column& by = column(name);
            if (std::find(ordered_.begin(), ordered_.end(), &by) != ordered_.end()) continue;
            ordered_.push_back(&by);
            data_.order.push_back({sql::column(&model_, by.name), descending, {}});
        }
    }

    const mapping::model& model_;
    const filter_names& rules_;
    const site& where_;
    filter_data data_{};
    std::vector<const mapping::column*> ordered_{};
    std::optional<std::int64_t> page_{};
    std::optional<std::int64_t> size_{};
};

}  // namespace

filter_data read_filters(const mapping::model& m, const filter_names& rules,
                         const std::vector<filter_names::pair>& said, const site& where) {
    return filter_reader{m, rules, where}.read(said);
}

}  // namespace kin::detail
