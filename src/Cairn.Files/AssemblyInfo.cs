using System.Runtime.CompilerServices;

// Names are copied to the stack before many a call; clearing that first would cost more than the copy.
[module: SkipLocalsInit]
