// The event table as a document.
#pragma once

#include <string>

namespace thrace {

// All events with their arguments and meaning, and the enumerations, as aligned text, as Markdown
// (the form that the format page contains) or as JSON.
std::string event_list_text();
std::string event_list_markdown();
std::string event_list_json();

}  // namespace thrace
