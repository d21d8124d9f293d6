namespace HpdCds.Sandbox.Orders;

/// <summary>A drug of the order screen; the code is an RxNorm ingredient, or null when only its name is known.</summary>
public sealed record OrderableDrug(string Name, string? RxNorm);

public static class CheckpointInhibitors
{
    public static readonly IReadOnlyList<OrderableDrug> All =
    [
        new("atezolizumab", "1792776"),
        new("avelumab", "1875534"),
        new("camrelizumab", null),
        new("cemiplimab", "2058826"),
        new("dostarlimab", "2539967"),
        new("durvalumab", "1919503"),
        new("ipilimumab", "1094833"),
        new("nivolumab", "1597876"),
        new("pembrolizumab", "1547545"),
        new("sintilimab", null),
        new("tislelizumab", null),
        new("toripalimab", "2669406"),
    ];

    public static OrderableDrug? Find(string? name) => All.FirstOrDefault(drug => drug.Name == name);
}
