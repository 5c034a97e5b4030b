using System.Runtime.CompilerServices;
using TalkingHead.Libtorch;
using TalkingHead.Provenance;

namespace TalkingHead.Tests;

static class LibtorchOfTests
{
    [ModuleInitializer]
    internal static void Prepare()
    {
        LibtorchLoader.Prepare();
        // Files that tests write are signed; not with the user's own key. Programs that tests start take it over.
        var keys = Directory.CreateTempSubdirectory("talkinghead-signing-");
        Environment.SetEnvironmentVariable(SigningIdentity.FolderVariable, keys.FullName);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => keys.Delete(recursive: true);
    }
}
