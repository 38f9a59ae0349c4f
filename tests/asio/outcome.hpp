// What comes back of a call without a result.
#pragma once

#include <gtest/gtest.h>
#include <exception>
#include <string>
#include <typeinfo>
#include <utility>

namespace kin::test {

/// What a call without a result is told.
struct outcome {
    bool told = false;
    std::exception_ptr error{};

    auto handler() {
        return [this](std::exception_ptr e) {
            EXPECT_FALSE(std::exchange(told, true));
            error = e;
        };
    }
    template <class Error>
    [[nodiscard]] std::string says() const {
        try {
            if (error) std::rethrow_exception(error);
            return told ? "no error" : "never told";
        } catch (const Error& e) {
            EXPECT_EQ(typeid(e), typeid(Error)) << e.what();
            return e.what();
        } catch (const std::exception& e) {
            return std::string{"another error: "} + e.what();
        }
    }
};

}  // namespace kin::test
