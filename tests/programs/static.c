// A static program: a preload variable means nothing to it.
#include <stdio.h>

int main(void) {
  puts("static");
  return 3;
}
