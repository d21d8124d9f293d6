namespace HpdCds.Sandbox.Checks;

/// <summary>A rule that was broken.</summary>
/// <param name="Rule">Its name in the CDS Hooks models or in our list of requirements.</param>
/// <param name="Place">Where, as a path into the JSON.</param>
public sealed record Violation(string Rule, string Place, string Text)
{
    public override string ToString() => $"{Rule} at {Place}: {Text}";
}
