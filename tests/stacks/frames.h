// Functions of `paths` whose frames have unusual shapes.
#pragma once

#include <stddef.h>

struct Large {
  long words[20];
};

void with_alloca(size_t n);
void with_large_frame();
void with_aligned_frame();
void with_aligned_alloca(size_t n);
double of_many(int count, ...);
Large by_value(int n);
void pushed(long a, long b, long c, long d, long e, long f, long g, long h);
