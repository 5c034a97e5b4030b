namespace Engine.Tests.Api;

/// <summary>A type's name as the listings write it: C# keywords, "T?" for a nullable value, System left out.</summary>
static class TypeName
{
    static readonly Dictionary<Type, string> keywords = new()
    {
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(bool)] = "bool",
        [typeof(string)] = "string",
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
    };

    internal static string Of(Type type)
    {
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (type.IsArray) return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsPointer) return Of(type.GetElementType()!) + "*";
        if (type.IsGenericParameter) return type.Name;
        if (keywords.TryGetValue(type, out var keyword)) return keyword;
        if (Nullable.GetUnderlyingType(type) is { } value) return Of(value) + "?";
        var arguments = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select(Of).ToList();
        var name = type.Namespace is "System" or "System.Collections.Generic" && !type.IsNested ? Simple(type) : Qualified(type);
        return arguments.Count > 0 ? $"{name}<{string.Join(", ", arguments)}>" : name;
    }

    static string Qualified(Type type) =>
        type.IsNested ? $"{Qualified(type.DeclaringType!)}.{Simple(type)}"
        : type.Namespace is null ? Simple(type)
        : $"{type.Namespace}.{Simple(type)}";

    static string Simple(Type type) => type.Name.Split('`')[0];
}
