using System.Runtime.InteropServices;

namespace TorchSharp.Door;

/// <summary>The C functions of Native/distributed_door.h, one to one; that header documents them.</summary>
static unsafe partial class NativeMethods
{
    [LibraryImport(Library)] internal static partial long td_has_backend(long backend);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint td_store_new(string host, long port, long serves, string prefix, long timeout);
    [LibraryImport(Library)] internal static partial void td_store_release(nint store);
    [LibraryImport(Library)] internal static partial long td_store_port(nint store);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial long td_store_set(nint store, string key, byte* bytes, long length);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial long td_store_get(nint store, string key, byte** bytes);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial long td_store_add(nint store, string key, long amount, long* sum);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial long td_store_has(nint store, string key);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial long td_store_delete(nint store, string key);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint td_group_new(nint store, long backend, long rank, long size, long timeout, string? networkInterface, string? address);
    [LibraryImport(Library)] internal static partial void td_group_release(nint group);
    [LibraryImport(Library)] internal static partial long td_group_abort(nint group);
    [LibraryImport(Library)] internal static partial nint td_group_broadcast(nint group, nint tensor, long root);
    [LibraryImport(Library)] internal static partial nint td_group_all_reduce(nint group, nint tensor, long reduction);
    [LibraryImport(Library)] internal static partial nint td_group_all_gather(nint group, nint tensor, nint* results);
    [LibraryImport(Library)] internal static partial nint td_group_barrier(nint group);
    [LibraryImport(Library)] internal static partial long td_work_wait(nint work, long timeout);
    [LibraryImport(Library)] internal static partial void td_work_release(nint work);

    [LibraryImport(Library)] internal static partial nint td_buckets_new(nint group, nint* parameters, long count, long bytes);
    [LibraryImport(Library)] internal static partial void td_buckets_release(nint buckets);
    [LibraryImport(Library)] internal static partial long td_buckets_count(nint buckets);
    [LibraryImport(Library)] internal static partial long td_buckets_arm(nint buckets);
    [LibraryImport(Library)] internal static partial long td_buckets_send(nint buckets);
    [LibraryImport(Library)] internal static partial long td_buckets_wait(nint buckets, long timeout);
}
