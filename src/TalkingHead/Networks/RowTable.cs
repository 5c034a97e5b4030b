using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace TalkingHead.Networks;

/// <summary>
/// A growing table of equally long float rows outside the garbage collector's reach: in memory, or in a scratch file
/// that the system pages in and out, so that a million rows need no such memory.
/// </summary>
sealed unsafe class RowTable : IDisposable
{
    const int RowsPerSegment = 4096;

    readonly int width;
    readonly FileStream? file;
    readonly List<Segment> segments = [];

    // In memory there is no map and no view.
    readonly record struct Segment(nint Start, MemoryMappedFile? Map, MemoryMappedViewAccessor? View);

    /// <summary>Rows of <paramref name="width"/> floats; in a scratch file at <paramref name="path"/> where one is given.</summary>
    public RowTable(int width, string? path)
    {
        this.width = width;
        if (path != null)
            file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    public int Count { get; private set; }

    /// <summary>The floats of one row; invalid after <see cref="Dispose"/>.</summary>
    public Span<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count);
            return new Span<float>((float*)segments[row / RowsPerSegment].Start + (long)(row % RowsPerSegment) * width, width);
        }
    }

    /// <summary>Appends a row of zeros and returns its number.</summary>
    public int Add()
    {
        if (Count == segments.Count * RowsPerSegment)
            AddSegment();
        return Count++;
    }

    /// <summary>Forgets every row; the room stays.</summary>
    public void Clear()
    {
        for (int row = 0; row < Count; row++)
            this[row].Clear(); // Add promises zeros
        Count = 0;
    }

    void AddSegment()
    {
        long bytes = (long)RowsPerSegment * width * sizeof(float), offset = segments.Count * bytes;
        if (file == null)
        {
            segments.Add(new Segment((nint)NativeMemory.AllocZeroed((nuint)bytes), null, null));
            return;
        }
        file.SetLength(offset + bytes);
        var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(offset, bytes);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        segments.Add(new Segment((nint)(start + view.PointerOffset), map, view));
    }

    public void Dispose()
    {
        foreach (var (start, map, view) in segments)
        {
            if (view == null)
                NativeMemory.Free((void*)start);
            view?.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            map?.Dispose();
        }
        segments.Clear();
        Count = 0;
        file?.Dispose();
    }
}
