namespace VideoExpress.Tests.Provider;

/// <summary>Draws what goes wrong from a seed: the same seed, job and number bring the same.</summary>
internal static class Misbehaviours
{
    /// <summary>A chance of what heals by itself or through the store: no work is lost, so none may be bought again.</summary>
    public static Misbehaviour Harmless(Random random, double chance)
    {
        if (random.NextDouble() >= chance)
        {
            return Misbehaviour.None;
        }

        return new Misbehaviour
        {
            Run = Draw(random, RunLie.None, RunLie.None, RunLie.HangsUp, RunLie.Says500, RunLie.SaysHtml, RunLie.SaysHalf, RunLie.Loses),
            Vanishes = Draw(random, VanishingPoint.Nowhere, VanishingPoint.Nowhere, VanishingPoint.AfterResult),
            RunsTwice = random.Next(5) == 0,
            WorksLong = random.Next(3) == 0,
            StatusErrors = Draw(random, 0, 0, 1),
            StatusHalves = Draw(random, 0, 0, 1),
            ResultExpires = random.Next(4) == 0,
            OutputIsRefused = random.Next(4) == 0,
            Webhook = Draw(random, Enum.GetValues<WebhookLie>()),
            CancelsIgnored = Draw(random, 0, 0, 1),
            WorksOnAfterCancel = random.Next(3) == 0,
        };
    }

    /// <summary>A worker that disappears with its work and is missed, or one that ends with an error.</summary>
    public static Misbehaviour Costly(Random random)
    {
        var webhook = Draw(random, Enum.GetValues<WebhookLie>());
        return random.Next(3) == 0
            ? new Misbehaviour { Error = "out_of_memory: the GPU has 8 GB, 12 are needed", Webhook = webhook }
            : new Misbehaviour { Vanishes = Draw(random, VanishingPoint.BeforeClaim, VanishingPoint.AfterClaim, VanishingPoint.AfterFiles), Webhook = webhook };
    }

    private static T Draw<T>(Random random, params T[] of) => of[random.Next(of.Length)];
}
