/* A program that the launcher must refuse; if it ran, its status would tell. */
int main(void) { return 42; }
