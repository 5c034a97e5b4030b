using System.Reflection;

namespace Engine.Tests.Skia;

/// <summary>Says which declarations of a set of types a listing does not hold.</summary>
static class ApiCheck
{
    const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> NotListed(IEnumerable<Type> types, ApiListing listing) =>
        [.. types.SelectMany(type => Declarations(type).Where(text => !listing.Declares(type.Name, text)).Select(text => $"{type.Name} {text}"))];

    /// <summary>A type's declaration, and those of its members that a caller can see.</summary>
    public static IEnumerable<string> Declarations(Type type)
    {
        yield return CSharpDeclaration.Of(type);
        // A delegate's declaration says it all.
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (var member in type.GetMembers(Declared))
        {
            if (!IsImplied(member) && CSharpDeclaration.Of(member) is { } text)
                yield return text;
        }
    }

    // Accessors belong to their property, an enum's storage to the enum; what overrides Object is on every type.
    static bool IsImplied(MemberInfo member) => member switch
    {
        FieldInfo field => field.IsSpecialName,
        MethodInfo method =>
            (method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal)) ||
            method.GetBaseDefinition().DeclaringType == typeof(object),
        _ => false,
    };
}
