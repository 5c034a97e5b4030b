namespace TorchSharp;

public static partial class torch
{
    public static partial class jit
    {
        /// <summary>Reads a TorchScript file. Its code runs when the module is called: read only files you trust.</summary>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="System.Runtime.InteropServices.ExternalException">The file is no TorchScript; libtorch says why.</exception>
        public static ScriptModule load(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            new(filename, new Device(device_type, (int)device_index));

        public static ScriptModule load(string filename, Device map_location) => new(filename, map_location);
        public static ScriptModule load(string filename, string map_location) => new(filename, map_location);

        /// <summary>Reads a script whose forward takes tensors.</summary>
        public static ScriptModule<TResult> load<TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            new(filename, new Device(device_type, (int)device_index));

        public static ScriptModule<TResult> load<TResult>(string filename, Device map_location) => new(filename, map_location);
        public static ScriptModule<TResult> load<TResult>(string filename, string map_location) => new(filename, map_location);

        /// <summary>Reads a script of one input.</summary>
        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            new(filename, new Device(device_type, (int)device_index));

        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, Device map_location) => new(filename, map_location);
        public static ScriptModule<T1, TResult> load<T1, TResult>(string filename, string map_location) => new(filename, map_location);

        /// <summary>Reads a script of two inputs.</summary>
        public static ScriptModule<T1, T2, TResult> load<T1, T2, TResult>(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1) =>
            new(filename, new Device(device_type, (int)device_index));

        public static ScriptModule<T1, T2, TResult> load<T1, T2, TResult>(string filename, Device map_location) => new(filename, map_location);
        public static ScriptModule<T1, T2, TResult> load<T1, T2, TResult>(string filename, string map_location) => new(filename, map_location);
    }
}
