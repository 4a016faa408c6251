/* Calls that come before the library's own constructor pass through correctly. */
#include <stdio.h>

extern int resolver_result(void), constructor_result(void), early_seven(void);

int main(void) {
  printf("resolver %d, constructor %d\n", resolver_result(), constructor_result());
  return early_seven() != 7 || resolver_result() || constructor_result();
}
