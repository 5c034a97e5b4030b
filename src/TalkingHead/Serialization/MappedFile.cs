using System.IO.MemoryMappedFiles;

namespace TalkingHead.Serialization;

/// <summary>A whole file mapped read-only; every read is checked against its length.</summary>
sealed unsafe class MappedFile : IDisposable
{
    readonly MemoryMappedFile? file; // null for an empty file, which cannot be mapped
    readonly MemoryMappedViewAccessor? view;
    byte* start;

    MappedFile(string path)
    {
        Path = path;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = stream.Length;
        if (Length == 0)
            return;
        file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    internal string Path { get; }

    internal long Length { get; }

    internal static MappedFile Open(string path)
    {
        try
        {
            return new MappedFile(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{path}: no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The bytes [offset, offset + count), without a copy; valid until this file is disposed.</summary>
    internal ReadOnlySpan<byte> Slice(long offset, int count)
    {
        if (offset < 0 || count < 0 || offset > Length - count)
            throw new UserException($"{Path}: ends at byte {Length}, but {count} bytes at {offset} are needed: the file is truncated "
                + $"or damaged.");
        ObjectDisposedException.ThrowIf(start == null && Length > 0, this);
        return new ReadOnlySpan<byte>(start + offset, count);
    }

    public void Dispose()
    {
        if (start == null)
            return;
        start = null;
        view!.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file!.Dispose();
    }
}
