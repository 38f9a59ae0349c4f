// Which of the schemas that models name a database has.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <kin/schema/catalogue.hpp>

namespace kin::engine {
class connection;
}

namespace kin::schema {

/// A catalogue says nothing of the schema where names are looked up, whether a model names it or not.
class known_schemas {
  public:
    /// Asks the database, with one SELECT, where any of them has a name.
    known_schemas(engine::connection&, const std::set<std::string>& wanted);

    /// As `inspect` wants them: those that are there; none where only the one is meant in which names are looked up.
    [[nodiscard]] const std::vector<std::string>& to_inspect() const noexcept { return there_; }
    /// The schema as a catalogue that was inspected has it.
    [[nodiscard]] std::string as_found(const std::string& schema) const {
        return schema == current_ ? std::string{} : schema;
    }
    /// The same of all that the catalogue names.
    void as_found(catalogue&) const;

  private:
    /// A type of names and a view are written with their schema.
    void in_texts(catalogue&) const;

    std::string current_{};
    std::vector<std::string> there_{};
};

}  // namespace kin::schema
