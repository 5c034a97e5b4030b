using System.Runtime.CompilerServices;
using TalkingHead.Tests;
using Xunit.Sdk;
using Xunit.v3;

// libtorch's default random generator is one for the process, and two cores are all that some machines have.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace TalkingHead.EndToEndTests;

static class EndToEnd
{
    // As the other tests: libtorch, and keys that are not the user's.
    [ModuleInitializer]
    internal static void Prepare() => RuntimeHelpers.RunModuleConstructor(typeof(Repository).Module.ModuleHandle);
}
