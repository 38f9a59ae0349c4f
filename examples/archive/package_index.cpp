// From stanzas to resolved records.
#include "package_index.hpp"

#include <array>
#include <charconv>
#include <unordered_map>
#include <utility>

namespace archive {

namespace {

struct relation_field {
    std::string_view name;
    std::string_view kind;
};
/// In the order in which positions count.
constexpr std::array<relation_field, 4> relation_fields{
    {{"Pre-Depends", "pre-depends"}, {"Depends", "depends"}, {"Recommends", "recommends"}, {"Suggests", "suggests"}}};

std::int64_t parse_size(const field& f, const std::string& file) {
    const std::string_view text = f.first_line();
    std::int64_t size = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (failure == std::errc::result_out_of_range) {
        throw input_error{file, f.line, "Installed-Size is out of range: '" + printable(text) + "'"};
    }
    if (failure != std::errc{} || end != text.data() + text.size() || size < 0) {
        throw input_error{file, f.line, "Installed-Size is no number: '" + printable(text) + "'"};
    }
    return size;
}

/// What stands before `separator`, which is taken away from `rest` together with it.
std::string_view split_off(std::string_view& rest, char separator) noexcept {
    const std::size_t at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
    return part;
}

/// `name:arch (>= version) [arches] <profiles>`, of which name and version count.
struct alternative {
    std::string_view name{};
    std::optional<std::string_view> version{};
};

alternative parse_alternative(std::string_view text) noexcept {
    alternative result;
    text = trim(text);
    const std::size_t open = text.find('(');
    if (open != std::string_view::npos) {
        const std::string_view inside = text.substr(open + 1);
        result.version = trim(inside.substr(0, inside.find(')')));
    }
    result.name = text.substr(0, text.find_first_of(" \t\r\n([<:"));
    return result;
}

class builder {
  public:
    explicit builder(const std::string& file) : file_{file} {}

    void add(const stanza& s) {
        const field* name = s.find("Package");
        if (!name || name->first_line().empty()) throw input_error{file_, s.line, "a stanza without Package"};
        // Before the test for repetition: a malformed stanza is an error even where it would not count.
        const field* size = s.find("Installed-Size");
        const std::optional<std::int64_t> installed = size ? std::optional{parse_size(*size, file_)} : std::nullopt;

        const auto number = static_cast<position>(index_.packages.size());
        if (!packages_.try_emplace(name->first_line(), number).second) return;

        package_record& package = index_.packages.emplace_back();
        package.name = name->first_line();
        package.installed_size = installed;
        if (const field* f = s.find("Version")) package.version = f->first_line();
        if (const field* f = s.find("Architecture")) package.architecture = f->first_line();
        if (const field* f = s.find("Description")) package.summary = f->first_line();
        if (const field* f = s.find("Maintainer"); f && !f->first_line().empty()) {
            package.maintainer = maintainer(f->first_line());
        }
        if (const field* f = s.find("Section"); f && !f->first_line().empty())
            package.section = section(f->first_line());

        auto& relations = relations_.emplace_back();
        for (std::size_t i = 0; i < relation_fields.size(); ++i) {
            if (const field* f = s.find(relation_fields[i].name)) relations[i] = f->value;
        }
    }

    /// Targets may stand anywhere in the index, so they are looked up when all names are known.
    package_index finish() {
        for (std::size_t i = 0; i < relations_.size(); ++i) {
            for (std::size_t k = 0; k < relation_fields.size(); ++k) {
                resolve(relations_[i][k], relation_fields[k].kind, index_.packages[i].dependencies);
            }
        }
        return std::move(index_);
    }

  private:
    position maintainer(std::string_view text) {
        const auto [found, is_new] = maintainers_.try_emplace(text, static_cast<position>(index_.maintainers.size()));
        if (!is_new) return found->second;
        const std::size_t at = text.find(" <");
        maintainer_record record{.name = std::string{trim(text.substr(0, at))}};
        if (at != std::string_view::npos) {
            std::string_view email = text.substr(at + 2);
            if (email.ends_with('>')) email.remove_suffix(1);
            record.email = email;
        }
        // Different texts can mean the same pair (a forgotten `>`), so the pair has the last word. The byte between
        // the two parts cannot stand in a line; a missing email has none.
        std::string pair = record.name;
        if (record.email) pair.append(1, '\n').append(*record.email);
        const auto [same, is_new_pair] = maintainer_pairs_.try_emplace(std::move(pair), found->second);
        if (!is_new_pair) return found->second = same->second;
        index_.maintainers.push_back(std::move(record));
        return found->second;
    }

    /// `a/b` stands below `a`, which is made if nothing names it.
    position section(std::string_view name) {
        if (const auto known = sections_.find(name); known != sections_.end()) return known->second;
        std::optional<position> parent;
        for (std::size_t slash = name.find('/', 1);; slash = name.find('/', slash + 1)) {
            const std::string_view path = name.substr(0, slash);
            const auto [found, is_new] = sections_.try_emplace(path, static_cast<position>(index_.sections.size()));
            if (is_new) index_.sections.push_back({.name = std::string{path}, .parent = parent});
            if (slash == std::string_view::npos) return found->second;
            parent = found->second;
        }
    }

    void resolve(std::string_view value, std::string_view kind, std::vector<dependency_record>& into) const {
        while (!value.empty()) {
            std::string_view group = split_off(value, ',');
            while (!group.empty()) {
                const alternative wanted = parse_alternative(split_off(group, '|'));
                const auto target = packages_.find(wanted.name);
                if (target == packages_.end()) continue;
                dependency_record& dependency = into.emplace_back();
                dependency.target = target->second;
                dependency.kind = kind;
                if (wanted.version) dependency.version = *wanted.version;
            }
        }
    }

    const std::string& file_;
    package_index index_{};
    // The keys are views into the text of the index, which outlives the builder.
    std::unordered_map<std::string_view, position> packages_{};
    std::unordered_map<std::string_view, position> maintainers_{};
    std::unordered_map<std::string, position> maintainer_pairs_{};
    std::unordered_map<std::string_view, position> sections_{};
    std::vector<std::array<std::string_view, relation_fields.size()>> relations_{};
};

}  // namespace

std::size_t package_index::dependency_count() const noexcept {
    std::size_t count = 0;
    for (const package_record& package : packages) count += package.dependencies.size();
    return count;
}

package_index parse_index(std::string_view text, const std::string& file, const parse_progress& progress) {
    stanza_reader reader{text, file};
    builder build{file};
    stanza current;
    std::size_t count = 0;
    while (reader.next(current)) {
        build.add(current);
        if (progress && ++count % 256 == 0) progress(reader.position(), text.size());
    }
    package_index index = build.finish();
    if (progress) progress(text.size(), text.size());
    return index;
}

}  // namespace archive
