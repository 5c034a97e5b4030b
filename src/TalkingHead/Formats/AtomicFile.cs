namespace TalkingHead.Formats;

/// <summary>Files that are whole or not there: written under another name, flushed to the disk, then renamed.</summary>
static class AtomicFile
{
    /// <summary>Writes a file; whoever reads <paramref name="path"/> sees the old content or the new, never a part.</summary>
    internal static void Write(string path, Action<Stream> write)
    {
        var partial = $"{path}.{Environment.ProcessId}.partial";
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
