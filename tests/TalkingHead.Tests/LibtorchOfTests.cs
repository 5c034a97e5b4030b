using System.Runtime.CompilerServices;
using TalkingHead.Libtorch;

namespace TalkingHead.Tests;

static class LibtorchOfTests
{
    [ModuleInitializer]
    internal static void Prepare() => LibtorchLoader.Prepare();
}
