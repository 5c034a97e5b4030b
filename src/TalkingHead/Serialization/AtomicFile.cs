using System.Security.Cryptography;
using System.Text;

namespace TalkingHead.Serialization;

/// <summary>Files that are whole or not there: written under another name, flushed to the disk, then renamed.</summary>
static class AtomicFile
{
    /// <summary>What file systems take for a name, in bytes.</summary>
    const int LongestName = 255;

    /// <summary>The name under which a file or folder stands while it is written: beside it, and no longer than a name may be.</summary>
    internal static string PartialOf(string path)
    {
        var (name, ending) = (Path.GetFileName(path), $".{Environment.ProcessId}.partial");
        while (Encoding.UTF8.GetByteCount(name) + ending.Length >= LongestName) // one byte is left for a second file beside it
            name = name[..^(name.Length > 1 && char.IsLowSurrogate(name[^1]) ? 2 : 1)];
        return Path.Join(Path.GetDirectoryName(path), name + ending);
    }

    /// <summary>
    /// What .NET throws where a file grows beyond what its file system or a limit allows: no IOException, though it is one.
    /// </summary>
    static bool TooLarge(Exception e) => e is ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>Writes a file; whoever reads <paramref name="path"/> sees the old content or the new, never a part.</summary>
    internal static void Write(string path, Action<Stream> write)
    {
        var partial = PartialOf(path);
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e)
        {
            File.Delete(partial);
            if (TooLarge(e))
                throw new IOException(e.Message, e);
            throw;
        }
    }
}

/// <summary>A stream whose bytes go into a hash and nowhere else.</summary>
sealed class HashStream(IncrementalHash hash) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);

    public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
