"""Papers that the office makes: proofs, transfer slips, seals and signatures."""
