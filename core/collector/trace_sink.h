// Where the text of a process image's generations goes.
#pragma once

#include "core/collector/image.h"

namespace thrace::collector {

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void data(std::string batches) = 0;  // of the generation under way
  virtual void end_generation() = 0;
  virtual void attach(Image image) = 0;  // a copy of it comes into the trace, if it can be had
  virtual void finish() = 0;  // the last call
};

}  // namespace thrace::collector
