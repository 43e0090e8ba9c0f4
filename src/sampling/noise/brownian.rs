//! Brownian motion as a tree, after torchsde's `BrownianInterval`.
