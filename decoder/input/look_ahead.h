// What the index at the end of a trace tells before the trace is read.
#pragma once

#include <vector>

#include "decoder/input/attachment.h"
#include "decoder/input/input.h"

namespace thrace {

// How many attachments of a trace are taken note of.
inline constexpr size_t kMostAttachments = 4096;

// The attachments that the index leads to, in the order of the file.  None if there is no index, if
// it is not sound, or if the source can only be read from front to back: then they are found on the
// way.
std::vector<Attachment> indexed_attachments(const Input& input);

}  // namespace thrace
