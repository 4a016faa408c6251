// events: the event table of this build.
#include <fmt/core.h>

#include "decoder/text/event_list.h"
#include "decoder/verbs/verb.h"

namespace thrace {

void add_events(CLI::App& app, int&) {
  auto* verb = app.add_subcommand("events", "list all events and their arguments");
  auto format = std::make_shared<std::string>("text");
  verb->add_option("--format", *format, "text, md or json")
      ->check(CLI::IsMember({"text", "md", "json"}))
      ->capture_default_str();
  verb->callback([format] {
    fmt::print("{}", *format == "md"     ? event_list_markdown()
                     : *format == "json" ? event_list_json()
                                         : event_list_text());
  });
}

}  // namespace thrace
