namespace Cairn.Ahead;

/// <summary>
/// A type in a signature, as shared code knows it: whatever is a reference is <see cref="Canon"/>, for which the
/// compiler makes one body (ECMA-335 has no such type; it is the runtime's System.__Canon).
/// </summary>
abstract record TypeName
{
    /// <summary>Whether code for it is shared between several types.</summary>
    public abstract bool IsShared { get; }

    public sealed record Canon : TypeName
    {
        public override bool IsShared => true;
    }

    public sealed record Primitive(System.Reflection.Metadata.PrimitiveTypeCode Code) : TypeName
    {
        public override bool IsShared => false;
    }

    /// <param name="Assembly">Null for a nested type, which has <paramref name="Declaring"/>.</param>
    public sealed record Plain(string? Assembly, Plain? Declaring, string Namespace, string Name, bool IsValue)
        : TypeName
    {
        public override bool IsShared => false;
    }

    public sealed record Generic(Plain Definition, IReadOnlyList<TypeName> Arguments) : TypeName
    {
        public override bool IsShared => Arguments.Any(argument => argument.IsShared);
    }

    /// <summary>Pointers and the like: never an argument of a generic type.</summary>
    public sealed record Unusable : TypeName
    {
        public override bool IsShared => false;
    }
}
