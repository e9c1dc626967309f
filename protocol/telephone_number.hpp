/// When two numbers are one telephone.
#pragma once

#include <string>
#include <string_view>

namespace ringmaster {

/// What the number is compared by: two with the same are one telephone. Blanks and marks are left out ("-", ".", "/",
/// "_", brackets), as is "(0)" behind a country code, and "00" at the front is "+". A number with a letter or an "@" in it
/// is a SIP name: compared as it is, in lower case. Which country a number without "+" is of nobody knows here: "030 1234"
/// and "+49 30 1234" are two.
[[nodiscard]] std::string same_telephone(std::string_view number);

} // namespace ringmaster
