using System.Globalization;

namespace TorchSharp;

public static partial class torch
{
    public static Device CPU = new(DeviceType.CPU);
    public static Device META = new(DeviceType.META);
    public static Device CUDA => new(DeviceType.CUDA);
    public static Device MPS => new(DeviceType.MPS);

    public static Device device(string description) => new(description);
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);
    public static Device device(int index) => new(index);

    /// <summary>Where a tensor lives: "cpu", "cuda", "cuda:1".</summary>
    public class Device
    {
        public DeviceType type { get; }

        /// <summary>Which one of its type; -1 is the current one.</summary>
        public int index { get; }

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(int index) : this(DeviceType.CUDA, index) { }

        public Device(string deviceType, int index = -1) : this(Parse(deviceType), index) { }

        public Device(string description)
        {
            var colon = description.IndexOf(':', StringComparison.Ordinal);
            type = Parse(colon < 0 ? description : description[..colon]);
            index = colon < 0 ? -1
                : int.TryParse(description.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed
                : throw new ArgumentException($"\"{description}\" is no device. Expected a type and an index, such as cuda:0.");
        }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() => index < 0 ? Name : $"{Name}:{index}";

        string Name => type.ToString().ToLowerInvariant();

        static DeviceType Parse(string name) => Enum.GetNames<DeviceType>().Any(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? Enum.Parse<DeviceType>(name, ignoreCase: true)
            : throw new ArgumentException($"\"{name}\" is no device type. Expected one of {string.Join(", ", Enum.GetNames<DeviceType>()).ToLowerInvariant()}.");
    }
}
