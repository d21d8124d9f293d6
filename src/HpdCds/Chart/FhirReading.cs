namespace HpdCds.Chart;

/// <summary>
/// Resources as JSON, one at a time, so that a bad one costs only itself, and without a model of FHIR: of some twenty members
/// that a result has we read ten. What is read is what Firely makes of the same bytes; a test compares the two. Unsound is a
/// number or text beyond all reason, a text that is none, a member that stands twice, and of a choice two types.
/// </summary>
internal static class FhirReading
{
    /// <summary>A record of the chart. One that an unknown extension modifies may mean the opposite of what it says.</summary>
    /// <returns>To be disposed; nothing when it cannot be read as a resource of this type.</returns>
    public static FhirDocument? OpenRecord(ReadOnlyMemory<byte> bytes, string type, WalkMemory? known = null)
    {
        var document = FhirDocument.Read(bytes, known);
        if (document is null || (IsOf(document.RootElement, type) && !document.RootElement.IsModified()))
            return document;
        document.Dispose();
        return null;
    }

    /// <summary>What is made of a record at once; nothing where it cannot be read as a resource of this type.</summary>
    public static T? ReadRecord<T>(ReadOnlyMemory<byte> bytes, string type, Func<FhirElement, T> make)
        where T : class
    {
        using var document = OpenRecord(bytes, type);
        return document is null ? null : make(document.RootElement);
    }

    /// <summary>A resource that is kept for a while, as long as the bytes are.</summary>
    public static FhirElement? Read(ReadOnlyMemory<byte> bytes, string type) =>
        FhirDocument.Read(bytes) is { } document && IsOf(document.RootElement, type) ? document.RootElement : null;

    public static bool IsOf(FhirElement resource, string type) => resource.Text("resourceType") == type;
}
