using System.Runtime.CompilerServices;
using TalkingHead.Libtorch;
using Xunit.Sdk;
using Xunit.v3;

// libtorch's default random generator is one for the process, and two cores are all that some machines have.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace TalkingHead.EndToEndTests;

static class LibtorchOfTests
{
    [ModuleInitializer]
    internal static void Prepare() => LibtorchLoader.Prepare();
}
