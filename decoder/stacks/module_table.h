// The modules of all traces of one run, each once, and the processes that had them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/format/file.h"
#include "decoder/input/attachment.h"
#include "decoder/input/generation.h"
#include "decoder/symbols/module.h"
#include "decoder/symbols/process.h"

namespace thrace {

using ModuleIndex = uint32_t;
inline constexpr ModuleIndex kNoModule = UINT32_MAX;

class ModuleTable {
 public:
  // More are not kept: what lies in them has no names.
  static constexpr size_t kMaxModules = 1 << 14;

  // Bytes of images that are expanded, into memory; of more no names are known.
  static constexpr uint64_t kMaxExpanded = 1 << 30;

  // The same of objects that the program has named.
  static constexpr size_t kMaxObjects = 1 << 16;

  // The index of the module that a Module event tells of, or kNoModule.
  ModuleIndex intern(const Generation& generation, const EventView& event);

  // The index of the memory that an ObjectName event gives a name to, or kNoModule.
  ModuleIndex intern_object(const Generation& generation, const EventView& event);

  // The files that are attached to the trace at the path `trace` are the images of their modules,
  // those that come later included.  What is beyond kMaxImages (F9) is left out: a note says so.
  void attach(const std::string& trace, const std::vector<Attachment>& attachments);

  // The module with an index, or nullptr for kNoModule.  It lives as long as the table.
  const Module* find(ModuleIndex index) const {
    return index < modules_.size() ? &modules_[index] : nullptr;
  }

  // The process that a trace is of, by the trace's header; of one that is known already the
  // earliest start counts.  A header without a pid tells of none.
  void add_process(const FileHeader& header);

  const std::vector<TracedProcess>& processes() const { return processes_; }

  // Named objects among them.
  const std::deque<Module>& all() const { return modules_; }

  // Sentences on attachments that could not be used.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  // An attached file; expanded when a module needs it.
  struct Image {
    std::string trace;
    Attachment attachment;
    ExpandedFile file;
    bool tried = false;
  };

  void find_image(Module& module);
  void add_note(std::string note);

  std::vector<TracedProcess> processes_;
  std::deque<Module> modules_;
  size_t objects_ = 0;                   // of them
  std::map<std::string, Image> images_;  // by build-id and path
  uint64_t expanded_ = 0;
  std::vector<std::string> notes_;
  std::map<std::string, ModuleIndex> index_;  // by all that tells modules apart
};

}  // namespace thrace
